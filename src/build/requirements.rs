//! How the packages of Python that a project names are installed.

use super::line::quoted;
use super::{BuildProblem, Subject, context};
use crate::profile::DependencyFile;
use crate::project::{Python, Requirements};

const PIP: &str = "pip install --no-cache-dir";
/// Where a list of packages is written that another tool makes.
const LIST: &str = "/tmp/requirements.txt";

/// How packages are installed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Install {
    /// The file that names them, seen from the app's root; empty where there is none.
    pub(super) file: String,
    /// The files that the commands need.
    pub(super) files: Vec<String>,
    /// What is done.
    pub(super) commands: Vec<String>,
    /// They need all the sources.
    pub(super) needs_sources: bool,
}

/// The file that the plan's platform uses, of those there are: the first of its order.
pub(super) fn used<'p>(subject: Subject<'_>, python: &'p Python) -> Option<(DependencyFile, &'p str)> {
    let order = &subject.profile.build.dependency_files;
    let place = |kind: &DependencyFile| order.iter().position(|known| known == kind);
    let found = python.requirements.iter().map(|said| (kind(said.value), said.place.file.as_str()));
    found.filter(|(kind, _)| place(kind).is_some()).min_by_key(|(kind, _)| place(kind))
}

/// How the packages of a project are installed.
pub(super) fn install(subject: Subject<'_>, python: &Python, root: &str) -> Result<Install, BuildProblem> {
    let adds = &subject.profile.build.adds;
    let Some((kind, file)) = used(subject, python) else {
        let commands = if adds.is_empty() { Vec::new() } else { vec![format!("{PIP}{}", list(adds))] };
        return Ok(Install { commands, ..Install::default() });
    };
    let file = file.strip_prefix(&context::below(root, "")).unwrap_or(file).to_owned();
    let install = match kind {
        DependencyFile::Requirements => requirements(subject, root, &file),
        DependencyFile::UvLock => uv(&file),
        DependencyFile::Pipfile => pipfile(subject, root, &file),
        DependencyFile::Pyproject => pyproject(subject, root, &file)?,
        DependencyFile::Setup => {
            Install { commands: vec![format!("{PIP} .")], needs_sources: true, ..Install::default() }
        }
        DependencyFile::Conda => {
            let expected = "`requirements.txt`, `uv.lock`, `Pipfile` or `pyproject.toml`";
            return Err(BuildProblem::Unsupported { file, expected });
        }
    };
    let mut install = Install { file, ..install };
    if let Some(last) = install.commands.last_mut().filter(|_| !adds.is_empty()) {
        last.push_str(&list(adds));
    }
    Ok(install)
}

fn kind(found: Requirements) -> DependencyFile {
    match found {
        Requirements::UvLock => DependencyFile::UvLock,
        Requirements::Pipfile => DependencyFile::Pipfile,
        Requirements::Conda => DependencyFile::Conda,
        Requirements::Requirements => DependencyFile::Requirements,
        Requirements::Pyproject => DependencyFile::Pyproject,
        Requirements::Setup => DependencyFile::Setup,
    }
}

fn list(packages: &[String]) -> String {
    let words: Vec<String> = packages.iter().map(|package| quoted(package)).collect();
    if words.is_empty() { String::new() } else { format!(" {}", words.join(" ")) }
}

fn requirements(subject: Subject<'_>, root: &str, file: &str) -> Install {
    let mut files = vec![file.to_owned()];
    let mut needs_sources = false;
    let mut at = 0;
    while let Some(path) = files.get(at).cloned() {
        for line in subject.text(root, &path).unwrap_or_default().lines() {
            match included(line, &path) {
                Included::File(other) if !files.contains(&other) => files.push(other),
                Included::Sources => needs_sources = true,
                _ => {}
            }
        }
        at += 1;
    }
    let commands = vec![format!("{PIP} -r {}", quoted(file))];
    Install { files, commands, needs_sources, ..Install::default() }
}

/// What a line of a list of requirements needs besides the list.
enum Included {
    Nothing,
    File(String),
    Sources,
}

fn included(line: &str, of: &str) -> Included {
    let line = line.split(" #").next().unwrap_or_default().trim();
    let after = |flags: &[&str]| {
        flags.iter().find_map(|flag| line.strip_prefix(flag)).map(|rest| rest.trim_start_matches(['=', ' ']))
    };
    if let Some(path) = after(&["--requirement", "--constraint", "-r", "-c"]).filter(|path| !path.contains("://")) {
        let folder = of.rsplit_once('/').map_or("", |(folder, _)| folder);
        return Included::File(context::plain(&context::below(folder, path)));
    }
    let local = after(&["--editable", "-e"]).is_some_and(|path| !path.contains("://"));
    let path = line.starts_with(['.', '/'])
        || line.to_ascii_lowercase().ends_with(".whl") && !line.contains("://")
        || line.contains("@ file:");
    if local || path { Included::Sources } else { Included::Nothing }
}

fn uv(file: &str) -> Install {
    let project = file.replace("uv.lock", "pyproject.toml");
    let folder = file.rsplit_once('/').map_or(String::new(), |(folder, _)| format!(" --project {}", quoted(folder)));
    let commands = vec![
        format!("{PIP} uv && uv export{folder} --quiet --frozen --no-dev --no-emit-project --output-file {LIST}"),
        format!("{PIP} -r {LIST}"),
    ];
    Install { files: vec![project, file.to_owned()], commands, ..Install::default() }
}

fn pipfile(subject: Subject<'_>, root: &str, file: &str) -> Install {
    let file = file.trim_end_matches(".lock");
    let lock = format!("{file}.lock");
    let locked = subject.folder.has(&context::below(root, &lock));
    let files = if locked { vec![file.to_owned(), lock] } else { vec![file.to_owned()] };
    let commands = if locked {
        vec![format!("{PIP} pipenv && pipenv requirements > {LIST}"), format!("{PIP} -r {LIST}")]
    } else {
        vec![format!("{PIP} pipenv && pipenv install --system --skip-lock")]
    };
    Install { files, commands, ..Install::default() }
}

/// The packages that a `pyproject.toml` names; the project itself is not installed: platforms run it from its
/// sources.
fn pyproject(subject: Subject<'_>, root: &str, file: &str) -> Result<Install, BuildProblem> {
    let text = subject.text(root, file).unwrap_or_default();
    let unreadable = |reason: String| BuildProblem::Unreadable { file: file.to_owned(), reason };
    let table: toml::Table = toml::from_str(text).map_err(|error| unreadable(error.message().to_owned()))?;
    let named = |table: Option<&toml::Value>| {
        let list = table.and_then(|project| project.get("dependencies")).and_then(toml::Value::as_array);
        list.map(|list| list.iter().filter_map(toml::Value::as_str).map(str::to_owned).collect::<Vec<_>>())
    };
    if let Some(packages) = named(table.get("project")) {
        let commands = if packages.is_empty() { Vec::new() } else { vec![format!("{PIP}{}", list(&packages))] };
        return Ok(Install { commands, ..Install::default() });
    }
    if table.get("tool").and_then(|tool| tool.get("poetry")).is_none() {
        return Ok(Install::default());
    }
    let lock = context::below(root, "poetry.lock");
    let files = std::iter::once(file.to_owned()).chain(subject.folder.has(&lock).then(|| "poetry.lock".to_owned()));
    let commands = vec![
        format!("{PIP} poetry"),
        "POETRY_VIRTUALENVS_CREATE=false poetry install --only main --no-root --no-interaction".to_owned(),
    ];
    Ok(Install { files: files.collect(), commands, ..Install::default() })
}
