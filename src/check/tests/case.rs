use crate::check::{Finding, SecretsFile, Selection, Subject, look};
use crate::profile::example::PLAN;
use crate::profile::{Library, Profile};
use crate::project::{Folder, Found, Python, Recipe, Taken};

/// A small project, and what one check says about it.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) check: &'static str,
    /// Where a finding is expected; `None` where none is.
    pub(super) place: Option<&'static str>,
    folder: Folder,
    plan: Option<String>,
    secrets: Vec<SecretsFile>,
    found: Option<Found>,
}

impl Case {
    fn new(check: &'static str, place: Option<&'static str>, files: &[(&str, &str)]) -> Self {
        let folder = Folder { tracked: Some(Vec::new()), ..Folder::of("shop", files) };
        Self { check, place, folder, plan: None, secrets: Vec::new(), found: None }
    }

    /// The check speaks, and of this place.
    pub(super) fn red(check: &'static str, place: &'static str, files: &[(&str, &str)]) -> Self {
        Self::new(check, Some(place), files)
    }

    /// The check is silent.
    pub(super) fn green(check: &'static str, files: &[(&str, &str)]) -> Self {
        Self::new(check, None, files)
    }

    /// Files that git tracks.
    pub(super) fn tracked(mut self, paths: &[&str]) -> Self {
        self.folder.tracked = Some(paths.iter().map(ToString::to_string).collect());
        self
    }

    /// Files of secrets that git ignores.
    pub(super) fn ignored(mut self, path: &str, text: &str) -> Self {
        self.folder.ignored.push(path.to_owned());
        self.secrets.push(SecretsFile { path: path.to_owned(), text: text.to_owned() });
        self
    }

    /// A plan with these tables beside the least that a plan says.
    pub(super) fn plan(mut self, tables: &str) -> Self {
        self.plan = Some(format!("{PLAN}{tables}"));
        self
    }

    /// An app of Python, with this about it.
    pub(super) fn python(mut self, python: Python, taken: Taken) -> Self {
        let recipe = Recipe::Python(python);
        self.found = Some(Found { name: "shop".into(), recipe, because: Vec::new(), taken, notices: Vec::new() });
        self
    }

    /// What the check finds.
    pub(super) fn findings(&self) -> Vec<Finding> {
        let profile = self.plan.as_deref().map(profile);
        let mut subject = Subject::of(&self.folder);
        subject.profile = profile.as_ref();
        subject.secrets = &self.secrets;
        subject.found = self.found.as_ref();
        let selection = Selection { only: vec![self.check.to_owned()], ..Selection::default() };
        look(&subject, &selection).findings
    }

    /// What is wrong, where the check does not say what it should.
    pub(super) fn fault(&self) -> Option<String> {
        let findings = self.findings();
        let places: Vec<String> = findings.iter().map(|finding| finding.place.to_string()).collect();
        let expected: Vec<&str> = self.place.into_iter().collect();
        let wrong = places != expected;
        wrong.then(|| format!("{}: expected {expected:?} of {:?}, found {findings:#?}", self.check, self.folder.files))
    }
}

fn profile(text: &str) -> Profile {
    Library::shipped().with("profiles/example/example-free.toml", text).load("example-free").unwrap()
}
