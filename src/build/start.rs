//! How an app is started.

use super::dockerfile::root;
use super::line::quoted;
use super::{BuildProblem, Subject, context};
use crate::profile::AppKind;
use crate::project::{Command, Framework, Python, Recipe};

/// How an app is started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// The command.
    pub command: Command,
    /// Modules of Python without which it does not start, each with the package that has it.
    pub modules: Vec<(&'static str, &'static str)>,
}

/// The command: as a file of the project says, else as the plan starts such apps.
pub(super) fn start(subject: Subject<'_>) -> Result<Start, BuildProblem> {
    let modules = match &subject.found.recipe {
        Recipe::Python(python) => modules(python),
        _ => Vec::new(),
    };
    if let Some(said) = &subject.found.taken.command {
        return Ok(Start { command: said.value.clone(), modules });
    }
    match &subject.found.recipe {
        Recipe::Python(python) => by_kind(subject, python),
        Recipe::Node(node) => {
            let command = node.start.as_ref().map(|said| said.value.clone());
            let command = command.ok_or_else(|| no_start(subject, ": `package.json` has no script `start`"))?;
            Ok(Start { command, modules })
        }
        _ => Err(no_start(subject, "")),
    }
}

fn no_start(subject: Subject<'_>, found: &str) -> BuildProblem {
    BuildProblem::NoStart { folder: subject.folder.name.clone(), found: found.to_owned() }
}

fn by_kind(subject: Subject<'_>, python: &Python) -> Result<Start, BuildProblem> {
    let framework = python.framework.as_ref().map(|said| said.value);
    let gunicorn = packages_of(subject, "gunicorn");
    let kind = kind(framework, gunicorn);
    let Some(entry) = python.entry.as_ref().map(|said| said.value.clone()) else {
        return Err(no_start(subject, ": there are files of Python, and none that is clearly the one to run"));
    };
    let root = root(subject);
    let entry = entry.strip_prefix(&context::below(&root, "")).unwrap_or(&entry).to_owned();
    let (module, object) = object(subject, python, &entry);
    let port = &subject.profile.port;
    let number = port.variable.as_ref().map_or_else(|| port.number.to_string(), |name| format!("${name}"));
    let known = [
        ("{entry}", quoted(&entry)),
        ("{module}", quoted(&module)),
        ("{object}", object),
        ("{port}", number),
        ("{bind}", port.bind.clone()),
    ];
    let template = subject.profile.build.start.get(&kind).cloned().unwrap_or_default();
    let line = known.iter().fold(template, |line, (from, to)| line.replace(from, to));
    let mut modules = modules(python);
    modules.extend((kind == AppKind::Wsgi).then_some(("gunicorn", "gunicorn")));
    modules.extend((kind == AppKind::Asgi).then_some(("uvicorn", "uvicorn")));
    Ok(Start { command: Command::Line(line), modules })
}

fn kind(framework: Option<Framework>, gunicorn: bool) -> AppKind {
    match framework {
        Some(Framework::Streamlit) => AppKind::Streamlit,
        Some(Framework::Gradio) => AppKind::Gradio,
        Some(Framework::FastApi) => AppKind::Asgi,
        Some(Framework::Flask | Framework::Django) if gunicorn => AppKind::Wsgi,
        Some(Framework::Flask) => AppKind::Flask,
        Some(Framework::Django) => AppKind::Django,
        Some(Framework::Dash) | None => AppKind::Python,
    }
}

/// The module and the object in it that a server is given. A Django project has both in its `wsgi.py`.
fn object(subject: Subject<'_>, python: &Python, entry: &str) -> (String, String) {
    let module = |file: &str| file.trim_end_matches(".py").replace('/', ".");
    let framework = python.framework.as_ref().map(|said| said.value);
    if framework == Some(Framework::Django) {
        let root = context::below(&root(subject), "");
        let wsgi = subject
            .folder
            .files
            .keys()
            .filter_map(|path| path.strip_prefix(&root))
            .find(|path| path.ends_with("wsgi.py"));
        return (module(wsgi.unwrap_or(entry)), python.object.clone().unwrap_or_else(|| "application".into()));
    }
    (module(entry), python.object.clone().unwrap_or_else(|| "app".into()))
}

/// Whether one of the files with the project's packages names this one.
pub fn packages_of(subject: Subject<'_>, package: &str) -> bool {
    let Recipe::Python(python) = &subject.found.recipe else { return false };
    let texts = python.requirements.iter().filter_map(|said| subject.folder.text(&said.place.file));
    let word = |text: &str| {
        let parts = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_' || c == '.'));
        parts.into_iter().any(|part| part.eq_ignore_ascii_case(package))
    };
    texts.flat_map(str::lines).map(|line| line.split('#').next().unwrap_or_default()).any(word)
}

/// What the framework's own apps import.
fn modules(python: &Python) -> Vec<(&'static str, &'static str)> {
    let framework = python.framework.as_ref().map(|said| said.value);
    let module = framework.map(|framework| match framework {
        Framework::Streamlit => "streamlit",
        Framework::Gradio => "gradio",
        Framework::FastApi => "fastapi",
        Framework::Flask => "flask",
        Framework::Django => "django",
        Framework::Dash => "dash",
    });
    module.map(|module| (module, module)).into_iter().collect()
}
