use super::config::{MANUAL, in_force};
use crate::check::{Check, Finding, Severity, Subject};

pub(in crate::check) const CHECK: Check = Check {
    id: "streamlit-headless",
    title: "Streamlit is told that there is a desktop",
    severity: Severity::Warning,
    looks_at: "`server.headless` of .streamlit/config.toml",
    why: "Without it Streamlit asks for an e-mail address and opens a browser where there is none.",
    needs_profile: false,
    documentation: MANUAL,
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Finding> {
    let off = in_force(subject, "server.headless").filter(|said| said.value.as_bool() == Some(false));
    let fix = "Write `headless = true` below `[server]`.";
    off.map(|said| CHECK.finding(said.place, "`server.headless` is off", fix)).into_iter().collect()
}
