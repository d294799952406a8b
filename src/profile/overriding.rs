//! `--set KEY=VALUE`, and what a project's own files say: one more layer over a loaded profile, checked as the
//! files are.

use super::chain;
use super::key;
use super::kind::Value;
use super::problem::{Problem, ProfileError};
use super::settings::Held;
use super::vocabulary;
use super::{Origin, Pass, Profile, Runtime};

/// A setting that a file of the project changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// Its key: `health.path`.
    pub key: String,
    /// Its value, as `--set` takes it.
    pub value: String,
    /// The file and the line.
    pub origin: Origin,
}

impl Profile {
    /// This profile with what the project's own files say about it. All problems come together.
    pub fn told(&self, assignments: &[Assignment]) -> Result<Self, ProfileError> {
        let mut settings = self.settings.clone();
        let mut problems = Vec::new();
        for assignment in assignments {
            match read(&format!("{}={}", assignment.key, assignment.value)) {
                Ok((key, held)) => settings.put(key, Held { origin: assignment.origin.clone(), ..held }),
                Err(problem) => problems.push(Problem {
                    file: assignment.origin.place.clone(),
                    line: assignment.origin.line,
                    ..*problem
                }),
            }
        }
        if problems.is_empty() {
            return chain::finish(&self.plan.id, &self.plan.id, settings, self.sources.clone(), problems);
        }
        Err(ProfileError::Invalid { id: self.plan.id.clone(), pass: Pass::Shape, problems })
    }

    /// This profile for an app of that runtime: its variables stand among the platform's.
    #[must_use]
    pub fn for_runtime(&self, runtime: Runtime) -> Self {
        let mut profile = self.clone();
        for (name, value) in self.build.environment.get(&runtime).into_iter().flatten() {
            let held = self.settings.get(&key::join(&["build", "environment", runtime.name(), name]));
            let Some(held) = held else { continue };
            let held = Held { value: Value::Text(value.clone()), origin: held.origin.clone() };
            profile.settings.put(key::join(&["environment", name]), held);
            profile.environment.insert(name.clone(), value.clone());
        }
        profile
    }

    /// This profile with some settings changed by hand, each `KEY=VALUE`. All problems come together.
    pub fn overridden(&self, assignments: &[String]) -> Result<Self, ProfileError> {
        let mut settings = self.settings.clone();
        let mut problems = Vec::new();
        for assignment in assignments {
            match read(assignment) {
                Ok((key, held)) => settings.put(key, held),
                Err(problem) => problems.push(*problem),
            }
        }
        if problems.is_empty() {
            return chain::finish(&self.plan.id, &self.plan.id, settings, self.sources.clone(), problems);
        }
        Err(ProfileError::Invalid { id: self.plan.id.clone(), pass: Pass::Shape, problems })
    }
}

fn read(assignment: &str) -> Result<(String, Held), Box<Problem>> {
    let flag = format!("--set {assignment}");
    let problem = |key: &str, found: String, expected: String, hint: Option<String>| {
        Box::new(Problem { file: flag.clone(), line: None, key: key.to_owned(), found, expected, hint })
    };
    let Some((key, text)) = assignment.split_once('=') else {
        return Err(problem("", "no `=`".into(), "`KEY=VALUE`, such as `memory.limit=1GB`".into(), None));
    };
    let path = key::split(key.trim()).unwrap_or_default();
    let Some(setting) = vocabulary::find(&path) else {
        let hint = vocabulary::nearest(&path).map(|meant| format!("did you mean `{meant}`?"));
        return Err(problem(key, "an unknown setting".into(), "a key of the reference of settings".into(), hint));
    };
    match setting.read_text(text.trim()) {
        Ok(value) => Ok((key::join(&path), Held::by_flag(value, flag))),
        Err(mismatch) => Err(problem(key, mismatch.found, mismatch.expected, None)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::example::PLAN;
    use crate::profile::{HealthCheck, Layer, Library};

    fn plan() -> Profile {
        let variables = "[build.environment]\npython.BIND = \"0.0.0.0:{port}\"\nnode.NODE_ENV = \"production\"\n";
        Library::shipped().with("example.toml", format!("{PLAN}{variables}")).load("example").unwrap()
    }

    fn said(key: &str, value: &str) -> Assignment {
        let origin = Origin { layer: Layer::File, place: "render.yaml".into(), line: Some(7), source: None };
        Assignment { key: key.into(), value: value.into(), origin }
    }

    #[test]
    fn what_a_file_says_is_in_force_with_the_file_as_its_origin() {
        let told = plan().told(&[said("health.kind", "http"), said("health.path", "/healthz")]).unwrap();
        assert_eq!(told.health.check, HealthCheck::Http("/healthz".into()));
        let held = told.settings.get("health.path").unwrap();
        assert_eq!((held.origin.place.as_str(), held.origin.line), ("render.yaml", Some(7)));
        let by_hand = told.overridden(&["health.path=/other".into()]).unwrap();
        assert_eq!(by_hand.health.check, HealthCheck::Http("/other".into()));
    }

    #[test]
    fn what_a_file_says_wrongly_is_told_with_its_place() {
        let error = plan().told(&[said("health.initial_delay", "soon")]).unwrap_err();
        assert!(error.to_string().contains("render.yaml:7"), "{error}");
    }

    #[test]
    fn an_app_is_given_the_variables_of_its_own_runtime() {
        let names = |runtime| plan().for_runtime(runtime).environment.into_keys().collect::<Vec<_>>();
        assert_eq!(names(Runtime::Python), ["BIND"]);
        assert_eq!(names(Runtime::Node), ["NODE_ENV"]);
        assert!(names(Runtime::Other).is_empty());
    }
}
