//! Reading a TOML file to the end, with the line of everything that is wrong with it.

use std::str::FromStr;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::defaults::LONGEST;
use super::key::{Key, in_backticks, meant};
use super::problem::{FileError, Problem};
use crate::units::Elapsed;

/// Gives the content of a file that another file names, or says why it cannot.
pub type ReadFile<'f> = dyn FnMut(&str) -> Result<Vec<u8>, String> + 'f;

/// A value and the place it stands at.
pub(super) type Leaf<'i> = Spanned<DeValue<'i>>;

/// A file that is being read.
pub(super) struct Reading<'f> {
    pub(super) files: &'f mut ReadFile<'f>,
    lines: Vec<usize>,
    problems: Vec<Problem>,
}

/// A table of the file. Its keys have been looked at.
pub(super) struct Table<'v, 'i> {
    /// Its own key; empty for the file itself.
    at: String,
    fields: &'v DeTable<'i>,
    line: Option<u32>,
    /// Whether it holds keys that nobody knows. What it lacks is then not told: it may be there, misspelt.
    slips: bool,
}

/// Reads a whole file: `body` makes a value of its outermost table.
pub(super) fn read<'f, T>(
    (file, text): (&str, &str),
    files: &'f mut ReadFile<'f>,
    keys: &[&[Key]],
    body: impl FnOnce(&mut Reading<'f>, &Table<'_, '_>) -> Option<T>,
) -> Result<T, FileError> {
    let starts = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
    let mut reading = Reading { files, lines: starts.collect(), problems: Vec::new() };
    let (root, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let line = error.span().map(|span| reading.line_of(span.start));
        reading.push(line, String::new(), format!("a mistake of syntax: {}", error.message()), "TOML".into());
    }
    let value = if errors.is_empty() {
        let slips = reading.slips(root.get_ref(), "", keys);
        body(&mut reading, &Table { at: String::new(), fields: root.get_ref(), line: None, slips })
    } else {
        None
    };
    let mut problems = reading.problems;
    problems.sort_by_key(|problem| problem.line);
    match value {
        Some(value) if problems.is_empty() => Ok(value),
        _ => Err(FileError { file: file.to_owned(), problems }),
    }
}

impl Reading<'_> {
    /// A value of a table, read; `None` where it is absent, or wrong and told.
    pub(super) fn take<T>(
        &mut self,
        table: &Table<'_, '_>,
        key: &Key,
        read: impl FnOnce(&DeValue<'_>) -> Option<T>,
    ) -> Option<T> {
        let leaf = table.get(key)?;
        let value = read(leaf.get_ref());
        if value.is_none() {
            self.wrong(table, key, describe(leaf.get_ref()), key.value);
        }
        value
    }

    /// A table in a table.
    pub(super) fn table<'v, 'i>(
        &mut self,
        parent: &Table<'v, 'i>,
        key: &Key,
        keys: &[&[Key]],
    ) -> Option<Table<'v, 'i>> {
        let leaf = parent.get(key)?;
        self.as_table(leaf, parent.key(key.name), key, keys)
    }

    /// The tables of a list: `[[phase]]`. Empty where there is none, or one that is wrong and told.
    pub(super) fn tables<'v, 'i>(&mut self, parent: &Table<'v, 'i>, key: &Key, keys: &[&[Key]]) -> Vec<Table<'v, 'i>> {
        let Some(leaf) = parent.get(key) else { return Vec::new() };
        let DeValue::Array(entries) = leaf.get_ref() else {
            self.wrong(parent, key, describe(leaf.get_ref()), key.value);
            return Vec::new();
        };
        if entries.is_empty() {
            self.wrong(parent, key, "an empty list", key.value);
        }
        entries.iter().filter_map(|entry| self.as_table(entry, parent.key(key.name), key, keys)).collect()
    }

    fn as_table<'v, 'i>(
        &mut self,
        leaf: &'v Leaf<'i>,
        at: String,
        key: &Key,
        keys: &[&[Key]],
    ) -> Option<Table<'v, 'i>> {
        let line = Some(self.line_of(leaf.span().start));
        let DeValue::Table(fields) = leaf.get_ref() else {
            self.push(line, at, describe(leaf.get_ref()), key.value.into());
            return None;
        };
        let slips = self.slips(fields, &at, keys);
        Some(Table { at, fields, line, slips })
    }

    /// Tells every key that nobody knows.
    fn slips(&mut self, fields: &DeTable<'_>, at: &str, keys: &[&[Key]]) -> bool {
        let known: Vec<&str> = keys.iter().flat_map(|keys| keys.iter()).map(|key| key.name).collect();
        let unknown = fields.keys().filter(|name| !known.contains(&name.get_ref().as_ref()));
        let before = self.problems.len();
        for name in unknown {
            let problem = Problem {
                line: Some(self.line_of(name.span().start)),
                key: joined(at, name.get_ref()),
                found: "an unknown key".into(),
                expected: format!("one of {}", in_backticks(known.iter().copied())),
                hint: meant(name.get_ref(), known.iter().copied()),
            };
            self.problems.push(problem);
        }
        self.problems.len() > before
    }

    /// Tells that a key is missing, unless a misspelt one may be it.
    pub(super) fn missing(&mut self, table: &Table<'_, '_>, key: &Key) {
        if !table.slips {
            self.push(table.line, table.key(key.name), "nothing".into(), key.value.into());
        }
    }

    /// Tells what is wrong with a value; with its table where the value is absent.
    pub(super) fn wrong(
        &mut self,
        table: &Table<'_, '_>,
        key: &Key,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) {
        let line = table.get(key).map(|leaf| self.line_of(leaf.span().start));
        self.push(line.or(table.line), table.key(key.name), found.into(), expected.into());
    }

    /// Tells what is wrong with an entry of a table whose names are free.
    pub(super) fn wrong_entry(&mut self, at: (&str, &str), span_start: usize, found: &str, expected: &str) {
        let line = Some(self.line_of(span_start));
        self.push(line, joined(at.0, at.1), found.to_owned(), expected.to_owned());
    }

    /// Tells what is wrong with a table as a whole.
    pub(super) fn wrong_table(&mut self, table: &Table<'_, '_>, found: impl Into<String>, expected: impl Into<String>) {
        self.push(table.line, table.at.clone(), found.into(), expected.into());
    }

    fn push(&mut self, line: Option<u32>, key: String, found: String, expected: String) {
        self.problems.push(Problem { line, key, found, expected, hint: None });
    }

    /// The line of a byte, from one.
    fn line_of(&self, at: usize) -> u32 {
        u32::try_from(self.lines.partition_point(|start| *start <= at) + 1).unwrap_or(u32::MAX)
    }
}

impl<'v, 'i> Table<'v, 'i> {
    /// The value under a key.
    pub(super) fn get(&self, key: &Key) -> Option<&'v Leaf<'i>> {
        self.fields.get(key.name)
    }

    /// Whether there is one, right or wrong.
    pub(super) fn has(&self, key: &Key) -> bool {
        self.fields.contains_key(key.name)
    }

    /// Whether it holds keys that nobody knows.
    pub(super) fn has_slips(&self) -> bool {
        self.slips
    }

    /// Those of `keys` that it says something about.
    pub(super) fn said<'k>(&self, keys: &'k [Key]) -> Vec<&'k Key> {
        keys.iter().filter(|key| self.has(key)).collect()
    }

    /// The whole key of something in it.
    pub(super) fn key(&self, name: &str) -> String {
        joined(&self.at, name)
    }
}

fn joined(at: &str, name: &str) -> String {
    let bare = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    let name = if bare { name.to_owned() } else { format!("{name:?}") };
    if at.is_empty() { name } else { format!("{at}.{name}") }
}

/// A TOML value for a message: ``the number `512` ``.
pub(super) fn describe(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) if text.is_empty() => "an empty text".into(),
        DeValue::String(text) => format!("`{}`", shortened(text)),
        DeValue::Integer(number) => format!("the number `{number}`"),
        DeValue::Float(number) => format!("the number `{number}`"),
        DeValue::Boolean(flag) => format!("`{flag}`"),
        DeValue::Datetime(date) => format!("the date `{date}`"),
        DeValue::Array(_) => "a list".into(),
        DeValue::Table(_) => "a table".into(),
    }
}

/// One line of at most sixty characters.
fn shortened(text: &str) -> String {
    let visible = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    let start: String = text.chars().take(60).map(visible).collect();
    if text.chars().nth(60).is_some() { start + "…" } else { start }
}

/// A text that says something.
pub(super) fn text(value: &DeValue<'_>) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A text that is the spelling of something.
pub(super) fn parsed<T: FromStr>(value: &DeValue<'_>) -> Option<T> {
    value.as_str()?.parse().ok()
}

/// A whole number between two bounds, both included.
pub(super) fn whole(value: &DeValue<'_>, low: u64, high: u64) -> Option<u64> {
    let DeValue::Integer(number) = value else { return None };
    let number = u64::from_str_radix(number.as_str(), number.radix()).ok()?;
    (low..=high).contains(&number).then_some(number)
}

/// The same for numbers that are small by nature.
pub(super) fn count(value: &DeValue<'_>, low: u32, high: u32) -> Option<u32> {
    u32::try_from(whole(value, low.into(), high.into())?).ok()
}

/// A time that passes, at most a week.
pub(super) fn duration(value: &DeValue<'_>) -> Option<Elapsed> {
    parsed(value).filter(|time| (Elapsed::from_micros(1)..=LONGEST).contains(time))
}

/// A text, or a number or a flag as it is written.
pub(super) fn printed(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => Some(number.to_string()),
        DeValue::Float(number) => Some(number.to_string()),
        DeValue::Boolean(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// A list of texts that say something.
pub(super) fn texts(value: &DeValue<'_>) -> Option<Vec<String>> {
    let DeValue::Array(entries) = value else { return None };
    entries.iter().map(|entry| text(entry.get_ref())).collect()
}
