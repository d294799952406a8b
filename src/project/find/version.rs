use super::view::{Look, line_with};
use crate::project::{Place, Said};

/// The version of Python that a project asks for, where it asks for one and not for a range.
pub(super) fn asked(look: &Look<'_>) -> Option<Said<String>> {
    by_line(look, "runtime.txt", "python-")
        .or_else(|| by_line(look, ".python-version", ""))
        .or_else(|| by_key(look, "pyproject.toml", "requires-python"))
        .or_else(|| by_key(look, "Pipfile", "python_full_version"))
        .or_else(|| by_key(look, "Pipfile", "python_version"))
}

fn by_line(look: &Look<'_>, file: &str, prefix: &str) -> Option<Said<String>> {
    let said = look.only_line(file)?;
    let version = version(said.value.strip_prefix(prefix)?)?;
    Some(Said::at(said.place, version))
}

fn by_key(look: &Look<'_>, file: &str, key: &str) -> Option<Said<String>> {
    let text = look.text(file)?;
    let table: toml::Table = toml::from_str(text).ok()?;
    let held = ["project", "requires"].iter().find_map(|name| table.get(*name)?.get(key))?;
    let version = version(held.as_str()?.trim_start_matches(['=', '~', ' ']).trim_end_matches(".*"))?;
    let path = look.path(file);
    let place = line_with(text, key).map_or_else(|| Place::file(path.clone()), |line| Place::line(path.clone(), line));
    Some(Said::at(place, version))
}

/// `3.12` or `3.12.4`, and nothing else.
fn version(text: &str) -> Option<String> {
    let text = text.trim();
    let parts: Vec<&str> = text.split('.').collect();
    let numbers =
        parts.iter().all(|part| !part.is_empty() && part.len() <= 3 && part.bytes().all(|byte| byte.is_ascii_digit()));
    (numbers && (2..=3).contains(&parts.len())).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Folder;

    #[test]
    fn a_version_is_taken_where_one_is_named() {
        for (file, text, expected) in [
            ("runtime.txt", "python-3.11.4\r\n", Some(("runtime.txt:1", "3.11.4"))),
            ("runtime.txt", "3.11", None),
            (".python-version", "# local\n3.12\n", Some((".python-version:2", "3.12"))),
            (".python-version", "pypy3.10\n", None),
            ("pyproject.toml", "[project]\nrequires-python = \"==3.12.*\"\n", Some(("pyproject.toml:2", "3.12"))),
            ("pyproject.toml", "[project]\nrequires-python = \">=3.11\"\n", None),
            ("pyproject.toml", "[project\n", None),
            ("Pipfile", "[requires]\npython_version = \"3.10\"\n", Some(("Pipfile:2", "3.10"))),
        ] {
            let folder = Folder::of("shop", &[(file, text)]);
            let found = asked(&Look::at(&folder, &crate::project::Asked::default()))
                .map(|said| (said.place.to_string(), said.value));
            assert_eq!(found, expected.map(|(place, value)| (place.to_owned(), value.to_owned())), "{file}: {text}");
        }
    }
}
