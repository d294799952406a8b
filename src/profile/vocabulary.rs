//! Every setting there is. One table drives validation, the JSON Schema, `explain`, `diff`, `new`, the
//! reference page and `--set`; each family of settings stands beside the struct it fills.

use super::kind::{Kind, Mismatch, Value};
use super::{
    AppKind, BuildStep, Cause, LineKind, Role, Runtime, boot, build, cpu, disk, health, key, lines, manifest, memory,
    plan, process, quota, restart, router, secrets, sleep, start,
};
use crate::units::Meter;

/// One setting: its key, what its value may be, and what it means.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Its key. A segment in angle brackets stands for names: `answers.<cause>.status`.
    pub key: &'static str,
    /// What its value may be.
    pub kind: Kind,
    /// Whether it may be `"none"`: the platform has nothing of the kind.
    pub optional: bool,
    /// What it means, as a sentence.
    pub doc: &'static str,
}

/// A family of settings: a table of the file.
#[derive(Debug, Clone, Copy)]
pub struct Family {
    /// The table's name, the first segment of its keys.
    pub name: &'static str,
    /// What it is about, as a sentence.
    pub doc: &'static str,
    /// Its settings.
    pub settings: &'static [Setting],
}

/// All families, in the order in which they are shown.
pub const FAMILIES: &[Family] = &[
    plan::FAMILY,
    memory::FAMILY,
    cpu::FAMILY,
    disk::FAMILY,
    process::LIMITS,
    process::PORT,
    start::FAMILY,
    boot::FAMILY,
    health::FAMILY,
    sleep::SLEEP,
    sleep::WAKE,
    router::FAMILY,
    router::ANSWERS,
    restart::SHUTDOWN,
    restart::RESTART,
    quota::FAMILY,
    process::PROCESS,
    process::ENVIRONMENT,
    build::FAMILY,
    secrets::FAMILY,
    manifest::FAMILY,
    lines::FAMILY,
];

/// A setting that every profile has.
pub(super) const fn setting(key: &'static str, kind: Kind, doc: &'static str) -> Setting {
    Setting { key, kind, optional: false, doc }
}

/// A setting that may be `"none"`.
pub(super) const fn optional(key: &'static str, kind: Kind, doc: &'static str) -> Setting {
    Setting { key, kind, optional: true, doc }
}

impl Setting {
    /// The segments of the key; one in angle brackets stands for names.
    pub fn segments(&self) -> impl Iterator<Item = &'static str> {
        self.key.split('.')
    }

    /// Whether it is an entry of a map whose names are free.
    pub fn is_entry(&self) -> bool {
        self.key.ends_with('>')
    }

    /// Whether the key holds a name that a file chooses.
    pub fn is_pattern(&self) -> bool {
        self.key.contains('<')
    }

    /// Reads a value as it is typed on a command line.
    pub(super) fn read_text(&self, text: &str) -> Result<Value, Mismatch> {
        if self.optional && text == "none" || self.is_entry() && text == "false" {
            return Ok(Value::Nothing);
        }
        self.kind.read_text(text)
    }

    /// Reads a value as it stands in a TOML file.
    pub(super) fn read_toml(&self, value: &toml::de::DeValue<'_>) -> Result<Value, Mismatch> {
        match value {
            toml::de::DeValue::String(text) if self.optional && text == "none" => Ok(Value::Nothing),
            toml::de::DeValue::Boolean(false) if self.is_entry() => Ok(Value::Nothing),
            other => self.kind.read_toml(other),
        }
    }

    /// What its value may be, in words.
    pub fn expected(&self) -> String {
        match (self.optional, self.is_entry()) {
            (true, _) => format!("{} or `\"none\"`", self.kind.expected()),
            (_, true) => format!("{} (or `false` to remove it)", self.kind.expected()),
            _ => self.kind.expected(),
        }
    }

    fn matches(&self, path: &[String]) -> bool {
        let mut segments = self.segments();
        path.iter().all(|name| segments.next().is_some_and(|segment| fits(segment, name))) && segments.next().is_none()
    }

    fn starts_with(&self, path: &[String]) -> bool {
        let mut segments = self.segments();
        path.iter().all(|name| segments.next().is_some_and(|segment| fits(segment, name))) && segments.next().is_some()
    }
}

/// The names that a segment in angle brackets stands for; `None` where a file chooses freely.
pub fn names_of(segment: &str) -> Option<&'static [&'static str]> {
    match segment {
        "<cause>" => Some(Cause::NAMES),
        "<line>" => Some(LineKind::NAMES),
        "<runtime>" => Some(Runtime::NAMES),
        "<app>" => Some(AppKind::NAMES),
        "<step>" => Some(BuildStep::NAMES),
        "<role>" => Some(Role::NAMES),
        "<meter>" => Some(Meter::NAMES),
        _ => None,
    }
}

fn fits(segment: &str, name: &str) -> bool {
    if !segment.starts_with('<') {
        return segment == name;
    }
    names_of(segment).is_none_or(|names| names.contains(&name))
}

/// What stands at a place in a file.
pub(super) enum Place {
    /// A value.
    Setting(&'static Setting),
    /// A table with settings somewhere below it.
    Table,
    /// Nothing that is known.
    Unknown,
}

/// What stands at `path`.
pub(super) fn place(path: &[String]) -> Place {
    let settings = settings_of(path);
    if let Some(setting) = settings.iter().find(|setting| setting.matches(path)) {
        return Place::Setting(setting);
    }
    if settings.iter().any(|setting| setting.starts_with(path)) { Place::Table } else { Place::Unknown }
}

/// The setting with exactly this key.
pub fn find(path: &[String]) -> Option<&'static Setting> {
    settings_of(path).iter().find(|setting| setting.matches(path))
}

/// Whether `path` is an entry of a map, which a later layer may remove.
pub(super) fn is_map_entry(path: &[String]) -> bool {
    find(path).is_some_and(Setting::is_entry)
}

/// The whole key that somebody who wrote `path` may have meant.
pub(super) fn nearest(path: &[String]) -> Option<String> {
    let (last, parents) = path.split_last()?;
    let names = names_under(parents);
    if let Some(name) = key::nearest(last, names.iter().copied()) {
        return Some(key::join(&[parents, &[name.to_owned()]].concat()));
    }
    let all: Vec<&str> = FAMILIES.iter().flat_map(|family| family.settings).map(|setting| setting.key).collect();
    let whole = key::join(path);
    let same_end = all.iter().find(|known| known.rsplit('.').next() == Some(last.as_str()));
    same_end.copied().or_else(|| key::nearest(&whole, all.iter().copied())).map(str::to_owned)
}

/// The names that may stand directly under `parents`.
pub(super) fn names_under(parents: &[String]) -> Vec<&'static str> {
    if parents.is_empty() {
        return FAMILIES.iter().map(|family| family.name).collect();
    }
    let below = settings_of(parents).iter().filter(|setting| setting.starts_with(parents));
    let mut segments: Vec<&str> = below.filter_map(|setting| setting.segments().nth(parents.len())).collect();
    segments.dedup();
    let mut names: Vec<&str> = Vec::new();
    for segment in segments {
        match names_of(segment) {
            Some(known) => names.extend(known),
            None if segment.starts_with('<') => {}
            None => names.push(segment),
        }
    }
    names
}

/// Where a setting stands in the vocabulary, for sorting.
pub(super) fn rank(path: &[String]) -> (usize, usize) {
    let family = path.first().and_then(|name| FAMILIES.iter().position(|family| family.name == name));
    let Some(at) = family else { return (usize::MAX, 0) };
    // Entries of one table stay together: `answers` is sorted by cause, not by what is said of it.
    let within = FAMILIES[at].settings.iter().position(|setting| setting.matches(path) && !setting.is_pattern());
    (at, within.unwrap_or(usize::MAX))
}

/// Every setting in the order in which it is shown.
pub fn all() -> impl Iterator<Item = &'static Setting> {
    FAMILIES.iter().flat_map(|family| family.settings)
}

fn settings_of(path: &[String]) -> &'static [Setting] {
    let family = path.first().and_then(|name| FAMILIES.iter().find(|family| family.name == name));
    family.map_or(&[], |family| family.settings)
}
