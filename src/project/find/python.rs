use super::NotFound;
use super::entry::{self, Candidate, words};
use super::version;
use super::view::{Look, plain};
use crate::project::{Framework, Place, Python, Requirements, Said};

/// Files that name packages of Python.
const FILES: &[(&str, Requirements)] = &[
    ("uv.lock", Requirements::UvLock),
    ("Pipfile", Requirements::Pipfile),
    ("environment.yml", Requirements::Conda),
    ("environment.yaml", Requirements::Conda),
    ("requirements.txt", Requirements::Requirements),
    ("pyproject.toml", Requirements::Pyproject),
    ("setup.py", Requirements::Setup),
    ("setup.cfg", Requirements::Setup),
];
const PACKAGES: &str = "packages.txt";
const DJANGO: &str = "manage.py";

/// Source of Python that is an app; `None` where it is none, or only its tools are Python.
pub(super) fn recipe(look: &mut Look<'_>) -> Result<Option<Python>, NotFound> {
    let Some(chosen) = chosen(look)? else {
        return Ok(bare(look));
    };
    let mut python = Python::default();
    of_candidate(look, chosen, &mut python);
    complete(look, &mut python);
    Ok(Some(python))
}

/// What it is where no file is clearly the one that is run: Python all the same, if it names its packages
/// and a command says how it starts.
fn bare(look: &mut Look<'_>) -> Option<Python> {
    let (file, _) = FILES.iter().find(|(file, _)| look.has(file))?;
    look.taken.command.as_ref()?;
    look.because(Place::file(look.path(file)), "source of Python, by the file that names its packages");
    let mut python = Python::default();
    complete(look, &mut python);
    Some(python)
}

fn chosen(look: &mut Look<'_>) -> Result<Option<Candidate>, NotFound> {
    if let Some(said) = &look.asked.entry {
        let file = plain(&said.value);
        if !look.folder.has(&file) {
            return Err(NotFound::NoSuchFile { by: format!("`{}`", said.place), file });
        }
        look.because(said.place.clone(), format!("`{file}` is run: it is named there"));
        let inside = file.strip_prefix(&look.path("")).unwrap_or(&file).to_owned();
        return Ok(Some(entry::named(look, &inside)));
    }
    if look.text(DJANGO).is_some_and(|text| text.contains("django")) {
        let line = super::view::line_with(look.text(DJANGO).unwrap_or_default(), "django").unwrap_or(1);
        return Ok(Some(Candidate { file: DJANGO.into(), framework: Some((Framework::Django, line)), object: None }));
    }
    match entry::entry(look) {
        // A command decides which of several is run.
        Err(NotFound::Several { .. }) if look.taken.command.is_some() => Ok(None),
        Err(error) => Err(error),
        Ok(None) => Ok(None),
        Ok(Some((first, others))) => {
            told(look, &first, &others);
            Ok(Some(first))
        }
    }
}

fn told(look: &mut Look<'_>, first: &Candidate, others: &[Candidate]) {
    if others.is_empty() {
        return;
    }
    let names: Vec<String> = others.iter().take(4).map(|other| format!("`{}`", other.file)).collect();
    let place = Place::file(look.path(&first.file));
    look.because(place, format!("it is run, by its name and place; {} could be too", names.join(", ")));
}

fn of_candidate(look: &mut Look<'_>, chosen: Candidate, python: &mut Python) {
    let path = look.path(&chosen.file);
    let mut place = Place::file(path.clone());
    if let Some((framework, line)) = chosen.framework {
        place = Place::line(path.clone(), line);
        python.framework = Some(Said::at(place.clone(), framework));
    }
    let what = chosen.framework.map_or("source of Python", |(framework, _)| words(framework));
    let object = chosen.object.as_ref().map_or_else(String::new, |object| format!("; its object is `{object}`"));
    look.because(place, format!("{what}, by what it imports{object}"));
    python.entry = Some(Said::at(Place::file(path.clone()), path));
    python.object = chosen.object;
    below(look, &chosen.file);
}

/// An app whose packages are named beside it, and not in the project's folder, stands in a folder of its own.
fn below(look: &mut Look<'_>, file: &str) {
    let Some((folder, _)) = file.rsplit_once('/') else { return };
    let named = |look: &Look<'_>, base: &str| FILES.iter().find(|(name, _)| look.has(&format!("{base}{name}")));
    let (None, Some((name, _))) = (named(look, ""), named(look, &format!("{folder}/"))) else { return };
    let place = Place::file(look.path(&format!("{folder}/{name}")));
    look.because(place.clone(), format!("the app stands in `{folder}`: its packages are named there"));
    look.root = look.path(folder);
    look.taken.root = Some(Said::at(place, look.root.clone()));
}

fn complete(look: &mut Look<'_>, python: &mut Python) {
    let named = FILES.iter().filter(|(file, _)| look.has(file));
    python.requirements = named.map(|(file, kind)| Said::at(Place::file(look.path(file)), *kind)).collect();
    python.version = version::asked(look);
    if let Some(version) = &python.version {
        look.because(version.place.clone(), format!("it asks for Python {}", version.value));
    }
    python.packages = packages(look);
}

fn packages(look: &Look<'_>) -> Vec<Said<String>> {
    let path = look.path(PACKAGES);
    let lines = (1..).zip(look.text(PACKAGES).unwrap_or_default().lines());
    let named = lines.flat_map(|(number, line)| {
        let line = line.split('#').next().unwrap_or_default();
        line.split_whitespace().map(move |name| (number, name.to_owned()))
    });
    named.map(|(number, name)| Said::at(Place::line(path.clone(), number), name)).collect()
}
