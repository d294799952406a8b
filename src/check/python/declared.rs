use std::collections::BTreeSet;

use super::super::docker::{dockerfiles, file::instructions};
use crate::check::Subject;
use crate::check::paths::ending;
use crate::check::toml_file::line as line_of;
use crate::profile::DependencyFile;
use crate::project::packages::normalized;
use crate::project::{Place, Recipe};

/// A package that the project asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Requirement {
    /// Its name, as indexes compare it.
    pub(super) name: String,
    /// What is said about its version: `==2.1`, `>=2,<3`; empty for nothing.
    pub(super) version: String,
    /// Where.
    pub(super) place: Place,
    /// Whether it is asked for only under a condition: `; python_version < "3.11"`.
    pub(super) conditional: bool,
}

/// What the project asks for, in the file that counts.
#[derive(Debug)]
pub(super) struct Declared {
    /// The file.
    pub(super) file: String,
    /// The packages that it names itself.
    pub(super) named: Vec<Requirement>,
    /// The names of all of them, and of those that come in another way.
    pub(super) names: BTreeSet<String>,
}

/// The order where no plan says which file is read.
const ORDER: &[DependencyFile] =
    &[DependencyFile::Requirements, DependencyFile::UvLock, DependencyFile::Pipfile, DependencyFile::Pyproject];

/// What the project asks for; `None` where that is in a file that is not read here, or nowhere.
pub(super) fn declared(subject: &Subject<'_>) -> Option<Declared> {
    let by_image = matches!(subject.found.map(|found| &found.recipe), Some(Recipe::Dockerfile { .. }))
        || subject.found.is_none() && subject.folder.has("Dockerfile");
    if by_image {
        return of_image(subject);
    }
    let order = subject.profile.map_or(ORDER, |profile| profile.build.dependency_files.as_slice());
    let (file, path) = order.iter().find_map(|file| Some((file, path_of(subject, *file)?)))?;
    let asked = match file {
        DependencyFile::Requirements => requirements(subject, &path),
        DependencyFile::Pyproject => pyproject(subject, &path)?,
        DependencyFile::Pipfile => table(subject, &path, &["packages"])?,
        DependencyFile::UvLock => locked(subject, &path)?,
        DependencyFile::Conda | DependencyFile::Setup => return None,
    };
    let adds = subject.profile.map(|profile| profile.build.adds.as_slice()).unwrap_or_default();
    let names = asked.iter().map(|requirement| requirement.name.clone()).chain(adds.iter().cloned()).collect();
    Some(Declared { file: path, named: asked, names })
}

/// Where such a file lies: in the app's own folder, where it stands in one, else at the top.
fn path_of(subject: &Subject<'_>, file: DependencyFile) -> Option<String> {
    let root = subject.found.and_then(|found| found.taken.root.as_ref()).map(|said| said.value.trim_matches('/'));
    let names = if file == DependencyFile::Setup { &["setup.py", "setup.cfg"][..] } else { &[file.name()] };
    let below = |root: &str, name: &str| if root.is_empty() { name.to_owned() } else { format!("{root}/{name}") };
    let roots = [root.unwrap_or_default(), ""];
    let paths = roots.iter().flat_map(|root| names.iter().map(|name| below(root, name)));
    paths.into_iter().find(|path| subject.folder.has(path))
}

/// Everything that the Dockerfile of a plain image of Python may install.
fn of_image(subject: &Subject<'_>) -> Option<Declared> {
    let file = dockerfiles(subject).into_iter().next()?;
    let from = file.stage.first()?;
    if !from.operands().first().is_some_and(|image| image.starts_with("python:")) {
        return None;
    }
    let mut asked: Vec<Requirement> = Vec::new();
    let texts = subject.folder.files.keys().filter(|path| ending(path) == "txt" && path.contains("requirements"));
    asked.extend(texts.flat_map(|path| requirements(subject, path)));
    asked.extend(pyproject(subject, "pyproject.toml").unwrap_or_default());
    asked.extend(locked(subject, "uv.lock").unwrap_or_default());
    let all = instructions(subject.folder.text(&file.path)?);
    for run in all.iter().filter(|run| run.word == "RUN" && run.rest.contains("install")) {
        let words = run.rest.split_whitespace().filter(|word| !word.starts_with('-'));
        asked.extend(words.filter_map(|word| requirement(word.trim_matches(['"', '\'']), file.place(run))));
    }
    let names = asked.iter().map(|requirement| requirement.name.clone()).collect();
    let path = if subject.folder.has("requirements.txt") { "requirements.txt".to_owned() } else { file.path };
    Some(Declared { file: path, named: asked, names })
}

/// The packages of a `requirements.txt` and of those that it takes in.
pub(super) fn requirements(subject: &Subject<'_>, path: &str) -> Vec<Requirement> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    let mut open = vec![path.to_owned()];
    while let Some(path) = open.pop().filter(|path| seen.insert(path.clone())) {
        let Some(text) = subject.folder.text(&path) else { continue };
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.split(" #").next().unwrap_or_default().trim();
            if let Some(other) = line.strip_prefix("-r").or(line.strip_prefix("--requirement")) {
                let folder = path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
                open.push(format!("{folder}{}", other.trim_matches(['=', ' ']).trim_start_matches("./")));
            } else if !line.starts_with(['#', '-']) {
                found.extend(requirement(line, Place::line(&path, number)));
            }
        }
    }
    found
}

/// One requirement: `name[extra] >=1,<2 ; marker`, `name @ url`.
fn requirement(text: &str, place: Place) -> Option<Requirement> {
    let (plain, marker) = text.split_once(';').map_or((text, ""), |(plain, marker)| (plain, marker));
    let plain = plain.split(" --").next().unwrap_or_default();
    let end =
        plain.find(|letter: char| !letter.is_ascii_alphanumeric() && !"-_.".contains(letter)).unwrap_or(plain.len());
    let (name, rest) = plain.split_at(end);
    let rest = rest.trim_start();
    let rest = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')).map_or(rest, |(_, rest)| rest.trim_start());
    let says = rest.is_empty() || rest.starts_with(['=', '<', '>', '~', '!', '@', '(']);
    (!name.is_empty() && says).then(|| Requirement {
        name: normalized(name),
        version: rest.replace(' ', ""),
        place,
        conditional: !marker.trim().is_empty(),
    })
}

/// The packages of `pyproject.toml`, of the standard's table or of poetry's.
fn pyproject(subject: &Subject<'_>, path: &str) -> Option<Vec<Requirement>> {
    let text = subject.folder.text(path)?;
    let file: toml::Table = text.parse().ok()?;
    let listed = file.get("project").and_then(|project| project.get("dependencies")).and_then(toml::Value::as_array);
    let Some(listed) = listed else { return table(subject, path, &["tool", "poetry", "dependencies"]) };
    let place = |said: &str| Place::line(path, line_of(text, text.find(said).unwrap_or(0)));
    Some(listed.iter().filter_map(toml::Value::as_str).filter_map(|said| requirement(said, place(said))).collect())
}

/// The packages of a table with names for keys.
fn table(subject: &Subject<'_>, path: &str, at: &[&str]) -> Option<Vec<Requirement>> {
    let text = subject.folder.text(path)?;
    let file: toml::Value = toml::Value::Table(text.parse().ok()?);
    let table = at.iter().try_fold(&file, |table, name| table.get(name))?.as_table()?;
    let place = |name: &str| {
        Place::line(
            path,
            text.lines()
                .position(|line| line.trim_start().starts_with(name))
                .map_or(1, |at| u32::try_from(at + 1).unwrap_or(1)),
        )
    };
    let version = |value: &toml::Value| {
        value.as_str().or_else(|| value.get("version")?.as_str()).unwrap_or_default().replace('*', "")
    };
    let names = table.iter().filter(|(name, _)| *name != "python");
    Some(
        names
            .map(|(name, value)| Requirement {
                name: normalized(name),
                version: version(value),
                place: place(name),
                conditional: false,
            })
            .collect(),
    )
}

/// The packages of a lock file: all that are installed.
fn locked(subject: &Subject<'_>, path: &str) -> Option<Vec<Requirement>> {
    let text = subject.folder.text(path)?;
    let file: toml::Table = text.parse().ok()?;
    let packages = file.get("package")?.as_array()?;
    let of = |package: &toml::Value| {
        let text_of = |key: &str| package.get(key).and_then(toml::Value::as_str).unwrap_or_default().to_owned();
        let (name, version) = (text_of("name"), format!("=={}", text_of("version")));
        let line = line_of(text, text.find(&format!("name = \"{name}\"")).unwrap_or(0));
        Requirement { name: normalized(&name), version, place: Place::line(path, line), conditional: false }
    };
    Some(packages.iter().map(of).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Folder;

    #[test]
    fn requirements_are_read_with_what_they_take_in() {
        let text = "# all\nFlask==3.0.2  # web\nrequests[socks] >= 2, <3 ; python_version < '3.12'\n-r more.txt\n--index-url x\ngit+https://a/b\nmine @ file:///x\n";
        let folder = Folder::of("x", &[("requirements.txt", text), ("more.txt", "PyYAML\r\n-r requirements.txt\n")]);
        let told: Vec<String> = requirements(&Subject::of(&folder), "requirements.txt")
            .iter()
            .map(|found| format!("{} {}{} {}", found.place, found.name, found.version, found.conditional))
            .collect();
        let expected = [
            "requirements.txt:2 flask==3.0.2 false",
            "requirements.txt:3 requests>=2,<3 true",
            "requirements.txt:7 mine@file:///x false",
            "more.txt:1 pyyaml false",
        ];
        assert_eq!(told, expected);
    }
}
