//! What a project's own files say, as a layer over the plan.

use crate::build::runtime;
use crate::cli::{Failure, profile};
use crate::profile::{Assignment, Layer, Origin, Profile};
use crate::project::{Found, Place, Setting};
use crate::spec::Variable;

/// The plan with the variables of the app's runtime, and with health check, delay and port as the files say.
pub(super) fn profile(found: &Found, plan: &Profile) -> Result<Profile, Failure> {
    let told = plan.for_runtime(runtime(&found.recipe)).told(&assignments(found));
    told.map_err(|error| profile::broken(&error))
}

fn assignments(found: &Found) -> Vec<Assignment> {
    let taken = &found.taken;
    let mut all = Vec::new();
    let mut say = |key: &str, value: String, place: &Place| {
        all.push(Assignment { key: key.to_owned(), value, origin: origin(place) });
    };
    if let Some(path) = &taken.health_path {
        say("health.kind", "http".to_owned(), &path.place);
        say("health.path", path.value.clone(), &path.place);
        // The body that a platform looks for stands at its own path.
        say("health.body", "none".to_owned(), &path.place);
    }
    if let Some(delay) = &taken.initial_delay {
        say("health.initial_delay", delay.value.to_string(), &delay.place);
    }
    if let Some(port) = &taken.port {
        say("port.number", port.value.to_string(), &port.place);
    }
    all
}

fn origin(place: &Place) -> Origin {
    Origin { layer: Layer::File, place: place.file.clone(), line: place.line, source: None }
}

/// The variables whose values stand in the files.
pub(super) fn variables(found: &Found) -> Vec<Variable> {
    let value = |setting: &Setting| match setting {
        Setting::Value(value) => Some(value.clone()),
        Setting::Asked | Setting::Generated | Setting::Elsewhere(_) => None,
    };
    let with_values = found.taken.environment.iter();
    with_values
        .filter_map(|(name, said)| {
            Some(Variable::from_file(&said.place.file, said.place.line, name, value(&said.value)?))
        })
        .collect()
}
