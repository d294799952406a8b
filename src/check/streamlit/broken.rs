use super::config::{FILE, MANUAL};
use crate::check::{Check, Finding, Severity, Subject, toml_file};
use crate::project::Place;

pub(in crate::check) const CHECK: Check = Check {
    id: "streamlit-config-broken",
    title: ".streamlit/config.toml cannot be read",
    severity: Severity::Error,
    looks_at: ".streamlit/config.toml",
    why: "Streamlit leaves all settings of a file with a mistake at their defaults, or does not start.",
    needs_profile: false,
    documentation: MANUAL,
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Finding> {
    let Some(text) = subject.folder.text(FILE) else { return Vec::new() };
    let told = |(line, message): (u32, String)| {
        let first = message.lines().next().unwrap_or_default().to_owned();
        let fix = "Mend this line; texts stand in quotes, `true` and `false` are written small.";
        CHECK.finding(Place::line(FILE, line), format!("a mistake of syntax: {first}"), fix)
    };
    toml_file::read(FILE, text).1.into_iter().map(told).collect()
}
