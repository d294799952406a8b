use super::config::{MANUAL, in_force};
use crate::check::{Check, Finding, Severity, Subject};

pub(in crate::check) const CHECK: Check = Check {
    id: "streamlit-port",
    title: ".streamlit/config.toml fixes another port than the platform asks",
    severity: Severity::Error,
    looks_at: "`server.port` of .streamlit/config.toml, and the plan's port",
    why: "The platform waits for the app at its own port, and gives up.",
    needs_profile: true,
    documentation: MANUAL,
    look,
};

/// Whether the file of settings names a port.
pub(in crate::check) fn names_port(subject: &Subject<'_>) -> bool {
    in_force(subject, "server.port").is_some()
}

fn look(subject: &Subject<'_>) -> Vec<Finding> {
    let expected = subject.profile.map(|plan| plan.port.number);
    let port = in_force(subject, "server.port");
    let other = port.filter(|said| said.value.as_integer() != expected.map(i64::from));
    let told = other.map(|said| {
        let variable = subject.profile.and_then(|plan| plan.port.variable.as_deref());
        let fix = match variable {
            Some(name) => format!("Take it out, and start with `streamlit run app.py --server.port ${name}`."),
            None => "Take it out: the platform sets the port itself.".to_owned(),
        };
        let found =
            format!("`server.port` is {}, and the platform asks at {}", said.value, expected.unwrap_or_default());
        CHECK.finding(said.place, found, fix)
    });
    told.into_iter().collect()
}
