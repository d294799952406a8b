//! Secrets of a file, as a platform hands them to an app.

use std::path::Path;

use toml::de::{DeFloat, DeInteger, DeTable, DeValue};

use super::env_file::{BadLine, EnvFileError, parse_env_file, told_name};
use crate::profile::{SecretFormat, SecretRules, SecretValue};
use crate::spec::{Secret, SecretFile, Variable};

/// A larger file is nobody's secrets.
const LARGEST: u64 = 1 << 20;

/// What a file, or a folder of files, gives an app.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GivenSecrets {
    /// Variables, in the order of the file.
    pub variables: Vec<Variable>,
    /// Files for the instance.
    pub files: Vec<SecretFile>,
    /// Values that become no variable, by the name under which they are hidden.
    pub hidden: Vec<(String, Secret)>,
    /// What its user should know: which values the platform makes no variables of.
    pub notes: Vec<String>,
}

/// Why secrets could not be taken. None of them repeats a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretsError {
    /// It could not be read.
    #[error("secrets `{path}` cannot be read: {reason}")]
    Unreadable {
        /// Which.
        path: String,
        /// The system's words.
        reason: String,
    },
    /// It is too large to be somebody's secrets.
    #[error("secrets `{path}` are larger than 1 MiB, expected a file of names and values")]
    TooLarge {
        /// Which.
        path: String,
    },
    /// It is no text.
    #[error("secrets `{path}` are no text in UTF-8")]
    NotText {
        /// Which.
        path: String,
    },
    /// It is no TOML.
    #[error("{path}:{line}: {}no valid TOML: {reason}", name.as_ref().map_or_else(String::new, |name| format!("`{name}`: ")))]
    Syntax {
        /// Which file.
        path: String,
        /// The line, from one.
        line: usize,
        /// The name on that line.
        name: Option<String>,
        /// What is wrong with it, without the value.
        reason: String,
    },
    /// Lines that are no assignments.
    #[error(transparent)]
    Lines(EnvFileError),
    /// A folder, where the platform has no secret files.
    #[error("secrets `{path}` are a folder, and this platform puts no secret files into an instance")]
    NoFolder {
        /// Which.
        path: String,
    },
}

impl SecretsError {
    /// One next step.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => {
                "`--secrets FILE` takes a TOML file, lines of `NAME=value`, or a folder of files"
            }
            Self::TooLarge { .. } => "a folder of files takes what is larger: `--secrets FOLDER`",
            Self::NotText { .. } => "save the file as UTF-8, or put it into a folder: `--secrets FOLDER`",
            Self::Syntax { .. } => "texts stand in quotes: `API_KEY = \"…\"`; tables begin with `[name]`",
            Self::Lines(_) => "one `NAME=value` a line; `#` begins a comment",
            Self::NoFolder { .. } => "`--secrets FILE` takes a TOML file or lines of `NAME=value`",
        }
    }
}

/// Reads what `--secrets` names: a TOML file (`*.toml`), lines of `NAME=value` (`*.env`, `.env*`), a file of the
/// platform's own format under any other name, or a folder of secret files.
pub fn read_secrets(path: &Path, rules: &SecretRules) -> Result<GivenSecrets, SecretsError> {
    let name = path.display().to_string();
    if path.is_dir() {
        return folder(path, rules);
    }
    let text = String::from_utf8(content(path)?).map_err(|_| SecretsError::NotText { path: name.clone() })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    match format_of(path).unwrap_or(rules.format) {
        SecretFormat::Env => env_secrets(&name, text),
        SecretFormat::Toml => {
            let mut given = toml_secrets(&name, text, rules)?;
            given.files = rules.mount.iter().map(|place| secret_file(place.clone(), path, text)).collect();
            Ok(given)
        }
    }
}

fn format_of(path: &Path) -> Option<SecretFormat> {
    let name = path.file_name()?.to_string_lossy().into_owned();
    let ends = |ending: &str| path.extension().is_some_and(|found| found.eq_ignore_ascii_case(ending));
    let env = ends("env") || name == ".env" || name.starts_with(".env.");
    if ends("toml") { Some(SecretFormat::Toml) } else { env.then_some(SecretFormat::Env) }
}

fn content(path: &Path) -> Result<Vec<u8>, SecretsError> {
    let name = || path.display().to_string();
    let unreadable = |error: std::io::Error| SecretsError::Unreadable { path: name(), reason: error.to_string() };
    if std::fs::metadata(path).map_err(unreadable)?.len() > LARGEST {
        return Err(SecretsError::TooLarge { path: name() });
    }
    std::fs::read(path).map_err(unreadable)
}

/// Each file of a folder, under its own name in the platform's folder of secret files.
fn folder(path: &Path, rules: &SecretRules) -> Result<GivenSecrets, SecretsError> {
    let name = path.display().to_string();
    let place = rules.folder.as_deref().ok_or_else(|| SecretsError::NoFolder { path: name.clone() })?;
    let unreadable = |error: std::io::Error| SecretsError::Unreadable { path: name.clone(), reason: error.to_string() };
    let entries = std::fs::read_dir(path).map_err(unreadable)?.collect::<Result<Vec<_>, _>>().map_err(unreadable)?;
    let mut files: Vec<_> = entries.into_iter().map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    files.sort();
    let mut given = GivenSecrets::default();
    for file in files {
        let own = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let bytes = content(&file)?;
        given.hidden.push((own.clone(), Secret::new(bytes.as_slice())));
        given.files.push(secret_file(format!("{}/{own}", place.trim_end_matches('/')), &file, bytes));
    }
    Ok(given)
}

fn secret_file(place: String, from: &Path, content: impl Into<Vec<u8>>) -> SecretFile {
    let from = std::path::absolute(from).unwrap_or_else(|_| from.to_owned());
    SecretFile { path: place, from: from.to_string_lossy().into_owned(), content: Secret::new(content) }
}

fn env_secrets(path: &str, text: &str) -> Result<GivenSecrets, SecretsError> {
    let lines = |faults: Vec<BadLine>| SecretsError::Lines(EnvFileError::Lines { path: path.to_owned(), faults });
    let pairs = parse_env_file(text).map_err(lines)?;
    let variables = pairs
        .into_iter()
        .map(|pair| Variable::from_file(path, u32::try_from(pair.line).ok(), pair.name, pair.value).secret());
    Ok(GivenSecrets { variables: variables.collect(), ..GivenSecrets::default() })
}

/// The variables that a platform makes of a TOML file: values at its root, of the kinds that `rules` name.
/// Everything else in it is hidden, and that it becomes no variable is noted.
pub fn toml_secrets(path: &str, text: &str, rules: &SecretRules) -> Result<GivenSecrets, SecretsError> {
    let root = DeTable::parse(text).map_err(|error| syntax(path, text, &error))?;
    let mut given = GivenSecrets::default();
    let mut left = Vec::new();
    for (name, value) in root.get_ref() {
        let line = line_of(text, name.span().start);
        let (name, kind) = (name.get_ref().to_string(), kind(value.get_ref()));
        let value = value.get_ref();
        let text = variable_text(value).filter(|text| rules.variables.contains(&kind) && can_be_set(&name, text));
        if let Some(text) = text {
            given.variables.push(Variable::from_file(path, u32::try_from(line).ok(), name, text).secret());
            continue;
        }
        left.push(format!("`{name}` ({})", kind.name()));
        hide(&name, value, &mut given.hidden);
    }
    if !left.is_empty() {
        given.notes.push(format!("in `{path}`, these become no variables on this platform: {}", left.join(", ")));
    }
    Ok(given)
}

fn can_be_set(name: &str, text: &str) -> bool {
    !name.is_empty() && !name.contains(['=', '\0']) && !text.contains('\0')
}

fn syntax(path: &str, text: &str, error: &toml::de::Error) -> SecretsError {
    let at = error.span().map_or(0, |span| span.start);
    let line = line_of(text, at);
    let name = text.lines().nth(line - 1).and_then(told_name);
    SecretsError::Syntax { path: path.to_owned(), line, name, reason: error.message().to_owned() }
}

/// The line of a place in a text, from one.
fn line_of(text: &str, at: usize) -> usize {
    text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1
}

fn kind(value: &DeValue<'_>) -> SecretValue {
    match value {
        DeValue::String(_) => SecretValue::String,
        DeValue::Integer(_) => SecretValue::Integer,
        DeValue::Float(_) => SecretValue::Float,
        DeValue::Boolean(_) => SecretValue::Boolean,
        DeValue::Datetime(_) => SecretValue::Datetime,
        DeValue::Array(_) => SecretValue::Array,
        DeValue::Table(_) => SecretValue::Table,
    }
}

/// A value as a variable has it; `None` for what has no text of its own.
fn variable_text(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => Some(integer(number)),
        DeValue::Float(number) => Some(float(number)),
        DeValue::Boolean(flag) => Some(flag.to_string()),
        DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => None,
    }
}

/// In decimal, however it is written there.
fn integer(number: &DeInteger<'_>) -> String {
    i128::from_str_radix(number.as_str(), number.radix())
        .map_or_else(|_| number.to_string(), |number| number.to_string())
}

/// As Python prints it, whose programs read such files: `1.0`, `1e+16`, `1e-05`.
fn float(number: &DeFloat<'_>) -> String {
    number.as_str().parse::<f64>().map_or_else(|_| number.to_string(), python_float)
}

fn python_float(number: f64) -> String {
    if !number.is_finite() {
        return format!("{number}").to_ascii_lowercase();
    }
    let scientific = format!("{number:e}");
    let exponent: i32 = scientific.split_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or_default();
    if number == 0.0 || (-4..16).contains(&exponent) {
        return format!("{number:?}");
    }
    let mantissa = scientific.split('e').next().unwrap_or_default();
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

/// Texts and numbers somewhere below a value, each by its path: `db.password`.
fn hide(name: &str, value: &DeValue<'_>, hidden: &mut Vec<(String, Secret)>) {
    match value {
        DeValue::Table(table) => {
            for (key, value) in table {
                hide(&format!("{name}.{}", key.get_ref()), value.get_ref(), hidden);
            }
        }
        DeValue::Array(values) => values.iter().for_each(|value| hide(name, value.get_ref(), hidden)),
        DeValue::Boolean(_) | DeValue::Datetime(_) => {}
        other => hidden.extend(variable_text(other).map(|text| (name.to_owned(), Secret::new(text)))),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::profile::Library;
    use crate::profile::example::PLAN;

    fn rules(settings: &str) -> SecretRules {
        let plan = format!("{PLAN}\n[secrets]\n{settings}\n");
        Library::shipped().with("example-free.toml", plan).load("example-free").unwrap().secrets
    }

    fn typed() -> SecretRules {
        rules("format = \"toml\"\nwins = \"secrets\"\nmount = \".app/secrets.toml\"\nfolder = \"/etc/secrets\"")
    }

    fn variables(text: &str, rules: &SecretRules) -> Vec<(String, String)> {
        let given = toml_secrets("secrets.toml", text, rules).unwrap();
        given.variables.into_iter().map(|variable| (variable.name, variable.value)).collect()
    }

    /// Kind of value by kind of value, as Python's `str` gives them.
    #[test]
    fn each_kind_of_value_becomes_a_variable_or_does_not() {
        for (line, expected) in [
            ("A = \"text\"", Some("text")),
            ("A = 'C:\\path'", Some("C:\\path")),
            ("A = \"\"\"\nfirst\nsecond\"\"\"", Some("first\nsecond")),
            ("A = \"\"", Some("")),
            ("A = \"true\"", Some("true")),
            ("A = 5432", Some("5432")),
            ("A = +1_000", Some("1000")),
            ("A = -7", Some("-7")),
            ("A = 0xff", Some("255")),
            ("A = 0o755", Some("493")),
            ("A = 0b11", Some("3")),
            ("A = 0.5", Some("0.5")),
            ("A = 1.50", Some("1.5")),
            ("A = 2.0", Some("2.0")),
            ("A = -0.0", Some("-0.0")),
            ("A = 1e3", Some("1000.0")),
            ("A = 1e16", Some("1e+16")),
            ("A = 1.5e300", Some("1.5e+300")),
            ("A = 0.0001", Some("0.0001")),
            ("A = 0.00001", Some("1e-05")),
            ("A = inf", Some("inf")),
            ("A = -inf", Some("-inf")),
            ("A = nan", Some("nan")),
            ("A = true", None),
            ("A = false", None),
            ("A = 2026-01-02", None),
            ("A = 2026-01-02T10:00:00Z", None),
            ("A = 10:00:00", None),
            ("A = [\"x\"]", None),
            ("A = { b = \"x\" }", None),
            ("[A]\nb = \"x\"", None),
            ("[[A]]\nb = \"x\"", None),
            ("A.b = \"x\"", None),
        ] {
            let found = variables(line, &typed());
            let expected: Vec<_> = expected.map(|text| ("A".to_owned(), text.to_owned())).into_iter().collect();
            assert_eq!(found, expected, "{line}");
        }
    }

    #[test]
    fn the_profile_says_which_kinds_they_are() {
        let text = "A = \"x\"\nB = 1\nC = true";
        let names = |variables: Vec<(String, String)>| variables.into_iter().map(|(name, _)| name).collect::<String>();
        assert_eq!(names(variables(text, &typed())), "AB");
        assert_eq!(names(variables(text, &rules("variables = [\"boolean\", \"string\"]"))), "AC");
        assert_eq!(names(variables(text, &rules("variables = []"))), "");
    }

    #[test]
    fn what_becomes_no_variable_is_told_by_name_and_hidden_by_value() {
        let text = "KEY = \"k-12345678\"\nDEBUG = true\n[db]\nhost = \"h-12345678\"\nport = 5432\n[db.deep]\nkeys = [\"d-12345678\"]\n";
        let given = toml_secrets("s.toml", text, &typed()).unwrap();
        assert_eq!(
            given.notes,
            ["in `s.toml`, these become no variables on this platform: `DEBUG` (boolean), `db` (table)"]
        );
        let mut hidden: Vec<_> =
            given.hidden.iter().map(|(name, value)| (name.as_str(), value.text().unwrap())).collect();
        hidden.sort_unstable();
        assert_eq!(hidden, [("db.deep.keys", "d-12345678"), ("db.host", "h-12345678"), ("db.port", "5432")]);
        assert!(!format!("{given:?}").contains("12345678"));
        let place = &given.variables[0].origin;
        assert_eq!((place.place.as_str(), place.line, given.variables[0].is_secret()), ("s.toml", Some(1), true));
    }

    #[test]
    fn a_syntax_error_names_its_line_and_never_a_value() {
        for (text, line, name) in [
            ("A = 1\nKEY = s3cr3t-value\n", 2, Some("KEY")),
            ("KEY = \"s3cr3t-value\n", 1, Some("KEY")),
            ("KEY = \"s3cr3t\"-value\n", 1, Some("KEY")),
            ("A = 1\r\n\r\nKEY = 's3cr3t-value\r\n", 3, Some("KEY")),
            ("s3cr3t-value", 1, None),
            ("KEY = \"\"\"\ns3cr3t=value", 0, None),
            ("KEY = 1\nKEY = \"s3cr3t-value\"", 2, Some("KEY")),
        ] {
            let error = toml_secrets("s.toml", text, &typed()).unwrap_err();
            assert!(!error.to_string().contains("s3cr3t-value") && !error.to_string().contains("value\""), "{error}");
            let SecretsError::Syntax { line: found, name: called, .. } = &error else { panic!("{error}") };
            assert!(line == 0 || (*found, called.as_deref()) == (line, name), "{text}: {error}");
            assert!(error.to_string().starts_with("s.toml:"), "{error}");
        }
    }

    #[test]
    fn a_file_is_read_by_its_name_and_put_where_the_platform_has_it() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &[u8]| {
            std::fs::write(folder.path().join(name), text).unwrap();
            folder.path().join(name)
        };
        let read = |path: &Path| read_secrets(path, &typed());
        let given = read(&write("secrets.toml", b"\xef\xbb\xbfKEY = \"x\"\r\n")).unwrap();
        assert_eq!((given.variables.len(), given.files[0].path.as_str()), (1, ".app/secrets.toml"));
        assert_eq!(given.files[0].from, folder.path().join("secrets.toml").to_string_lossy());
        for name in [".env", ".env.local", "app.env"] {
            let given = read(&write(name, b"KEY=x\n")).unwrap();
            assert_eq!((given.variables[0].value.as_str(), given.files.len()), ("x", 0), "{name}");
        }
        assert_eq!(read(&write("secrets", b"KEY = \"x\"")).unwrap().variables[0].value, "x");
        let error = read(&write("bad.env", b"KEY=\"s3cr3t\nthis is no line\n")).unwrap_err();
        assert!(matches!(error, SecretsError::Lines(_)) && !error.to_string().contains("s3cr3t"), "{error}");
        assert!(matches!(read(&write("x.toml", b"\xff\xfe")), Err(SecretsError::NotText { .. })));
        assert!(matches!(read(Path::new("nowhere.toml")), Err(SecretsError::Unreadable { .. })));
        let large = vec![b'#'; (1 << 20) + 1];
        assert!(matches!(read(&write("large.toml", &large)), Err(SecretsError::TooLarge { .. })));
    }

    #[test]
    fn a_folder_gives_its_files_where_the_platform_has_such() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("b.pem"), b"\xff key").unwrap();
        std::fs::write(folder.path().join("a.json"), b"{}").unwrap();
        std::fs::create_dir(folder.path().join("below")).unwrap();
        let given = read_secrets(folder.path(), &typed()).unwrap();
        let places: Vec<_> = given.files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(places, ["/etc/secrets/a.json", "/etc/secrets/b.pem"]);
        assert_eq!(given.files[1].content.bytes(), Some(&b"\xff key"[..]));
        let none = rules("folder = \"none\"");
        assert!(matches!(read_secrets(folder.path(), &none), Err(SecretsError::NoFolder { .. })));
    }

    proptest! {
        #[test]
        fn any_text_is_taken_or_refused(text in ".{0,120}") {
            let _ = toml_secrets("s.toml", &text, &typed());
        }

        #[test]
        fn a_refusal_repeats_no_value(value in "[a-z0-9]{12,20}", end in "[\\]\"'#=,{}\\n x]{0,4}") {
            for text in [format!("KEY = {value}{end}"), format!("KEY = \"{value}{end}"), value.clone()] {
                if let Err(error) = toml_secrets("s.toml", &text, &typed()) {
                    prop_assert!(!error.to_string().contains(&value), "{text}: {error}");
                }
            }
        }
    }
}
