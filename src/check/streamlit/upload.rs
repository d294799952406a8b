use super::config::{FILE, MANUAL, config, in_force, is_overridden, missing};
use crate::check::{Check, Finding, Severity, Subject};
use crate::project::Place;
use crate::units::Memory;

pub(in crate::check) const CHECK: Check = Check {
    id: "streamlit-upload",
    title: "the app takes larger files than the plan can bear",
    severity: Severity::Warning,
    looks_at: "`server.maxUploadSize` of .streamlit/config.toml, `st.file_uploader` in the code, the router's limit and the plan's memory",
    why: "A file that is uploaded lies in memory, beside whatever the app makes of it.",
    needs_profile: true,
    documentation: MANUAL,
    look,
};

const KEY: &str = "server.maxUploadSize";

/// What Streamlit takes unless it is told otherwise, in MB of 2^20 bytes.
const DEFAULT: u64 = 200;

/// What an app of Streamlit needs before it has any data: measured after the first session.
const BASE: Memory = Memory::from_mib(86);

fn look(subject: &Subject<'_>) -> Vec<Finding> {
    let Some(profile) = subject.profile else { return Vec::new() };
    let Some((place, size)) = limit(subject) else { return Vec::new() };
    let takes = Memory::from_mib(size);
    if let Some(body) = profile.router.body.filter(|body| *body < takes) {
        let found = format!("uploads of up to {size} MB are offered, and the platform's router takes {body}");
        let fix = format!("Write `maxUploadSize = {}` below `[server]`.", body.bytes() / 1_048_576);
        let why = "The page offers what the router then refuses: the visitor's upload fails half-way.";
        return vec![CHECK.finding(place, found, fix).because(why)];
    }
    let memory = profile.memory.enforced();
    if takes.bytes() + BASE.bytes() <= memory.bytes() {
        return Vec::new();
    }
    let found = format!("uploads of up to {size} MB are taken, and the plan has {memory} for everything");
    let left = memory.bytes().saturating_sub(BASE.bytes()) / 4 / 1_048_576;
    vec![CHECK.finding(place, found, format!("Write `maxUploadSize = {}` below `[server]`, or less.", left.max(1)))]
}

/// The limit in force and where it stands; the default counts only where the code takes uploads.
fn limit(subject: &Subject<'_>) -> Option<(Place, u64)> {
    if let Some(said) = in_force(subject, KEY) {
        return Some((said.place, u64::try_from(said.value.as_integer()?).ok()?));
    }
    let unset = !is_overridden(subject, KEY) && config(subject).is_none_or(|table| !table.contains_key(KEY));
    let uploader = || {
        subject.folder.texts(".py").find_map(|(path, text)| {
            let line = text
                .lines()
                .position(|line| line.contains("st.file_uploader(") && !line.trim_start().starts_with('#'))?;
            Some(Place::line(path, u32::try_from(line + 1).ok()?))
        })
    };
    let place = if subject.folder.has(FILE) { uploader().map(|_| missing()) } else { uploader() };
    place.filter(|_| unset).map(|place| (place, DEFAULT))
}
