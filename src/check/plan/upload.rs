use crate::check::{Check, Finding, Severity, Subject, python};
use crate::project::Place;
use crate::units::Memory;

pub(in crate::check) const CHECK: Check = Check {
    id: "upload-limit",
    title: "the app takes larger requests than the plan can bear",
    severity: Severity::Warning,
    looks_at: "`MAX_CONTENT_LENGTH` of Flask and `DATA_UPLOAD_MAX_MEMORY_SIZE` of Django, the router's limit and the plan's memory",
    why: "The router refuses what the app offers to take, or the instance is killed while it reads.",
    needs_profile: true,
    documentation: "https://flask.palletsprojects.com/en/stable/config/#MAX_CONTENT_LENGTH",
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Finding> {
    python::upload_limits(subject).into_iter().filter_map(|(place, size)| above(subject, place, size)).collect()
}

fn above(subject: &Subject<'_>, place: Place, size: Memory) -> Option<Finding> {
    let profile = subject.profile?;
    let memory = profile.memory.enforced();
    let (limit, whose) = match profile.router.body {
        Some(body) if body < size => (body, "the platform's router takes"),
        _ if memory < size => (memory, "the plan's whole memory is"),
        _ => return None,
    };
    let found = format!("requests of up to {} are taken, and {whose} {limit}", size.human());
    Some(CHECK.finding(place, found, format!("Set it below {limit}.")))
}
