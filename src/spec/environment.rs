//! The environment of the process: the platform's variables, the port, then the user's.

use std::collections::BTreeMap;

use super::redactor::marker;
use super::{AppSpec, Image, Origin, Overrides, PortRules, Secret, Secrets, Spec, Variable, looks_secret};
use crate::profile::{Layer, Profile, key};

/// The variables and the port that follows from them.
pub(super) struct Environment {
    pub(super) variables: BTreeMap<String, String>,
    pub(super) secrets: Secrets,
    pub(super) port: PortRules,
    pub(super) origins: BTreeMap<String, Origin>,
}

/// Fills the placeholders of the platform's variables and lays the user's over them.
pub(super) fn environment(profile: &Profile, app: &AppSpec, overrides: &Overrides) -> Environment {
    let mut port = profile.port.clone();
    let mut origins = BTreeMap::new();
    for variable in &overrides.environment {
        origins.insert(key::join(&["environment", &variable.name]), variable.origin.clone());
        // An app that is told another port listens there, so the router has to go there too.
        let told = port.variable.as_ref() == Some(&variable.name);
        if let (true, Ok(number)) = (told, variable.value.parse()) {
            port.number = number;
            origins.insert("port.number".into(), variable.origin.clone());
        }
    }
    let host = overrides.host.as_deref().unwrap_or("localhost");
    let known = [("{port}", port.number.to_string()), ("{host}", host.to_owned()), ("{app}", short_name(&app.name))];
    let filled = |text: &String| known.iter().fold(text.clone(), |text, (from, to)| text.replace(from, to));
    let mut variables: BTreeMap<String, String> =
        profile.environment.iter().map(|(name, value)| (name.clone(), filled(value))).collect();
    let origin = |of: &str| profile.settings.get(of).map(|held| held.origin.clone());
    let ports_origin = origin("port.number").filter(|_| overrides.port.is_none());
    let ours = [
        (port_variable(&port, &app.image), port.number.to_string(), ports_origin),
        (
            profile.process.home.as_ref().map(|_| "HOME".to_owned()),
            profile.process.home.clone().unwrap_or_default(),
            origin("process.home"),
        ),
    ];
    for (name, value, origin) in ours {
        let Some(name) = name else { continue };
        origins.entry(key::join(&["environment", &name])).or_insert_with(|| origin.unwrap_or_else(emu));
        variables.insert(name, value);
    }
    variables.extend(overrides.environment.iter().map(|variable| (variable.name.clone(), variable.value.clone())));
    let secrets = Secrets {
        variables: hide(&mut variables, overrides),
        files: overrides.secret_files.clone(),
        others: overrides.hidden.clone(),
    };
    Environment { variables, secrets, port, origins }
}

/// Takes the secrets out of the variables, and leaves a word in the place of each.
fn hide(variables: &mut BTreeMap<String, String>, overrides: &Overrides) -> BTreeMap<String, Secret> {
    let told_secret = |name: &String| {
        let last = overrides.environment.iter().rfind(|variable| variable.name == *name);
        last.is_some_and(Variable::is_secret)
    };
    let secret = |(name, value): &(&String, &mut String)| told_secret(name) || looks_secret(name, value);
    let hidden = variables.iter_mut().filter(secret).map(|(name, value)| {
        let value = std::mem::replace(value, marker(name));
        (name.clone(), Secret::new(value))
    });
    hidden.collect()
}

/// Where the platform simply knows the port, its users write it into their start command. The
/// built-in app has none of its own, so it is told as everywhere else.
fn port_variable(port: &PortRules, image: &Image) -> Option<String> {
    port.variable.clone().or_else(|| (*image == Image::Mimic).then(|| "PORT".to_owned()))
}

impl Spec {
    /// The environment of one instance without its secrets: `{instance}` stands for it in the platform's variables.
    pub fn environment_of(&self, instance: &str) -> BTreeMap<String, String> {
        let plain = self.environment.iter().filter(|(name, _)| !self.secrets.variables.contains_key(*name));
        plain.map(|(name, value)| (name.clone(), value.replace("{instance}", instance))).collect()
    }

    /// The variable by which the app learns its port, where it may be given another one than the plan's:
    /// it is told at all, and nobody chose the number by hand.
    pub fn free_port_variable(&self) -> Option<String> {
        let by_hand = |origin: &Origin| matches!(origin.layer, Layer::File | Layer::Flag);
        let chosen = self.origins.get("port.number").is_some_and(by_hand);
        port_variable(&self.port, &self.app.image).filter(|_| !chosen)
    }
}

/// `registry/team/web:3` is `web`.
fn short_name(name: &str) -> String {
    let last = name.rsplit('/').next().unwrap_or(name);
    last.split([':', '@']).next().unwrap_or(last).to_owned()
}

pub(super) fn emu() -> Origin {
    Origin { layer: Layer::Base, place: "emu".into(), line: None, source: None }
}
