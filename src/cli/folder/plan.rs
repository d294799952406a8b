//! The plan that a project's own files name, for commands that were told none.

use crate::app::Project;
use crate::project::Found;

/// A plan that was not named on the command line, but in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedPlan {
    /// Its profile, by id or path.
    pub(in crate::cli) profile: String,
    /// Where it is named.
    place: String,
}

impl NamedPlan {
    /// The first one of `emu.toml`, else that of the platform's own file.
    pub(in crate::cli) fn find(project: Option<&Project>, found: Option<&Found>) -> Option<Self> {
        let own = |project: &Project| {
            let place = project.file.display().to_string();
            Some(Self { profile: project.profiles.first()?.clone(), place })
        };
        let of_platform = |found: &Found| {
            let place = found.taken.plan.as_ref()?.place.to_string();
            Some(Self { profile: found.taken.profile.clone()?, place })
        };
        project.and_then(own).or_else(|| found.and_then(of_platform))
    }

    /// That it is taken, and why.
    pub(in crate::cli) fn told(&self) -> String {
        format!("the plan is {}, as {} names it; `--profile ID` takes another", self.profile, self.place)
    }

    /// It as a next step.
    pub(in crate::cli) fn suggestion(&self) -> String {
        format!("{} names one: `--profile {}`", self.place, self.profile)
    }
}
