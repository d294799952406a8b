//! `--set KEY=VALUE`: one more layer over a loaded profile, checked as the files are.

use super::chain;
use super::key;
use super::problem::{Problem, ProfileError};
use super::settings::Held;
use super::vocabulary;
use super::{Pass, Profile};

impl Profile {
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
