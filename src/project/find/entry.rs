use std::collections::BTreeSet;

use super::NotFound;
use super::view::Look;
use crate::project::Framework;
use crate::project::python::Outline;

/// Names of files that are run, the likeliest first.
const USUAL: &[&str] = &["streamlit_app", "app", "main", "wsgi", "asgi", "server", "index", "home", "run", "api"];
/// Folders whose files are parts of an app or no part of it.
const ASIDE: &[&str] = &["pages", "tests", "test", "examples", "example", "docs", "scripts", "migrations", "notebooks"];
/// How deep a file may lie that is run.
const DEPTH_MAX: usize = 3;
/// What makes the object that a server is given, without saying of which framework it is.
const FACTORIES: &[&str] = &["create_app", "make_app", "get_app", "build_app"];

/// How the app of a framework is told: what it imports, and what makes its object, where it has one.
const MARKS: &[(Framework, &[&str], &[&str])] = &[
    (Framework::Dash, &["dash"], &["Dash"]),
    (
        Framework::FastApi,
        &["fastapi", "starlette", "litestar", "quart"],
        &["FastAPI", "Starlette", "Litestar", "Quart"],
    ),
    (Framework::Flask, &["flask", "bottle", "falcon"], &["Flask", "Bottle", "App"]),
    (Framework::Streamlit, &["streamlit"], &[]),
    (Framework::Gradio, &["gradio"], &[]),
];

/// A file that may be the one that is run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Candidate {
    /// The file, seen from the app's folder.
    pub(super) file: String,
    /// The framework, and the line that imports it.
    pub(super) framework: Option<(Framework, u32)>,
    /// The object that a server is given.
    pub(super) object: Option<String>,
}

/// The words for an app of a framework.
pub(super) const fn words(framework: Framework) -> &'static str {
    match framework {
        Framework::Streamlit => "a Streamlit app",
        Framework::Gradio => "a Gradio app",
        Framework::FastApi => "an app of ASGI",
        Framework::Flask => "an app of WSGI",
        Framework::Django => "a Django project",
        Framework::Dash => "a Dash app",
    }
}

/// The file that is run, of those that could be; the others, too. `None` where nothing tells.
///
/// # Errors
/// Several that are equally likely.
pub(super) fn entry(look: &Look<'_>) -> Result<Option<(Candidate, Vec<Candidate>)>, NotFound> {
    let sources = sources(look);
    let mut candidates = with_framework(&sources);
    if candidates.is_empty() {
        candidates = without_framework(&sources);
    }
    let helpers = imported(&sources);
    if candidates.iter().any(|candidate| !helpers.contains(candidate.file.as_str())) {
        candidates.retain(|candidate| !helpers.contains(candidate.file.as_str()));
    }
    choose(candidates)
}

/// What one file is, whoever else may be there.
pub(super) fn named(look: &Look<'_>, file: &str) -> Candidate {
    let outline = Outline::of(look.text(file).unwrap_or_default());
    of_framework(file, &outline).unwrap_or_else(|| Candidate { file: file.to_owned(), framework: None, object: None })
}

fn sources<'f>(look: &Look<'f>) -> Vec<(&'f str, Outline)> {
    let wanted = |path: &&str| {
        let parts: Vec<&str> = path.split('/').collect();
        let (name, folders) = parts.split_last().unwrap_or((&"", &[]));
        let aside = folders.iter().any(|folder| ASIDE.contains(folder) || folder.starts_with('.'));
        let test = name.starts_with("test_")
            || name.strip_suffix("_test.py").is_some()
            || ["conftest.py", "setup.py"].contains(name);
        path.strip_suffix(".py").is_some() && parts.len() <= DEPTH_MAX && !aside && !test
    };
    let texts = look.inside().filter(wanted).filter_map(|path| Some((path, look.text(path)?)));
    texts.map(|(path, text)| (path, Outline::of(text))).collect()
}

fn with_framework(sources: &[(&str, Outline)]) -> Vec<Candidate> {
    let mut found: Vec<Candidate> = sources.iter().filter_map(|(file, outline)| of_framework(file, outline)).collect();
    // The object is made elsewhere: a file that asks for it is the one that is run.
    let all = sources.iter().find_map(|(_, outline)| served(outline));
    if let Some(framework) = all.filter(|_| found.iter().all(|candidate| candidate.object.is_none())) {
        let made = sources.iter().filter_map(|(file, outline)| {
            let object = outline.made_by(FACTORIES)?;
            let framework = Some((framework, object.line));
            Some(Candidate { file: (*file).to_owned(), framework, object: Some(object.name.clone()) })
        });
        found.extend(made);
    }
    found
}

/// The framework with an object that a source imports.
fn served(outline: &Outline) -> Option<Framework> {
    let marks = MARKS.iter().filter(|(_, _, makers)| !makers.is_empty());
    let mut of = marks.filter(|(_, modules, _)| modules.iter().any(|module| outline.line_of(module).is_some()));
    of.next().map(|(framework, ..)| *framework)
}

fn of_framework(file: &str, outline: &Outline) -> Option<Candidate> {
    MARKS.iter().find_map(|(framework, modules, makers)| {
        let line = modules.iter().find_map(|module| outline.line_of(module))?;
        let object = outline.made_by(makers);
        let fits = makers.is_empty() || object.is_some();
        let object = object.map(|object| object.name.clone());
        fits.then(|| Candidate { file: file.to_owned(), framework: Some((*framework, line)), object })
    })
}

/// A source without a framework that is known: the one that says that it is run, or has a usual name.
fn without_framework(sources: &[(&str, Outline)]) -> Vec<Candidate> {
    let plain = |file: &&str| Candidate { file: (*file).to_owned(), framework: None, object: None };
    let top: Vec<&(&str, Outline)> = sources.iter().filter(|(file, _)| !file.contains('/')).collect();
    if let [(file, _)] = top.as_slice() {
        return vec![plain(file)];
    }
    let runs = |(file, outline): &&&(&str, Outline)| outline.main.is_some() || usual(file).is_some();
    top.iter().filter(runs).map(|(file, _)| plain(file)).collect()
}

/// Files that another one imports.
fn imported<'s>(sources: &[(&'s str, Outline)]) -> BTreeSet<&'s str> {
    let mut names: BTreeSet<String> = BTreeSet::new();
    for (file, outline) in sources {
        let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
        for import in &outline.imports {
            let module = import.module.trim_start_matches('.').replace('.', "/");
            let below = |base: &str, name: &str| {
                [base, module.as_str(), name]
                    .iter()
                    .filter(|part| !part.is_empty())
                    .copied()
                    .collect::<Vec<_>>()
                    .join("/")
            };
            for base in ["", folder] {
                names.insert(below(base, ""));
                names.extend(import.names.iter().map(|name| below(base, name)));
            }
        }
    }
    let files = sources.iter().map(|(file, _)| *file);
    files.filter(|file| names.contains(file.trim_end_matches(".py"))).collect()
}

fn usual(file: &str) -> Option<usize> {
    let name = file.rsplit('/').next().unwrap_or(file).trim_end_matches(".py").to_ascii_lowercase();
    USUAL.iter().position(|known| *known == name)
}

fn choose(mut candidates: Vec<Candidate>) -> Result<Option<(Candidate, Vec<Candidate>)>, NotFound> {
    let rank =
        |candidate: &Candidate| (candidate.file.matches('/').count(), usual(&candidate.file).unwrap_or(usize::MAX));
    candidates.sort_by_key(|candidate| (rank(candidate), candidate.file.clone()));
    let kinds: BTreeSet<Option<Framework>> =
        candidates.iter().map(|candidate| candidate.framework.map(|(framework, _)| framework)).collect();
    match candidates.as_slice() {
        [] => Ok(None),
        [first, second, ..] if kinds.len() > 1 || rank(first) == rank(second) => Err(several(&candidates, first)),
        [first, rest @ ..] => Ok(Some((first.clone(), rest.to_vec()))),
    }
}

fn several(candidates: &[Candidate], first: &Candidate) -> NotFound {
    let told = candidates.iter().map(|candidate| match candidate.framework {
        Some((framework, line)) => format!("`{}:{line}` ({})", candidate.file, words(framework)),
        None => format!("`{}`", candidate.file),
    });
    NotFound::Several {
        what: "files that could be the app",
        candidates: told.collect(),
        choose: format!("name one: `--entry {}`", first.file),
    }
}
