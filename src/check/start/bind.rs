use super::server::Server;
use super::{Start, is_given, is_loopback, start};
use crate::check::{Check, Finding, Severity, Subject, node, python};

pub(in crate::check) const CHECK: Check = Check {
    id: "bind-loopback",
    title: "the app listens where no visitor comes",
    severity: Severity::Error,
    looks_at: "the start command, `server.address` of .streamlit/config.toml, and the code that it starts",
    why: "127.0.0.1 is the instance itself: the platform's router finds nobody there.",
    needs_profile: false,
    documentation: "https://12factor.net/port-binding",
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Finding> {
    let command = start(subject).and_then(|start| of_command(subject, &start));
    let code = node::bind(subject).into_iter().map(|(place, address)| {
        let found = format!("the app listens on `{address}`");
        CHECK.finding(place, found, "Listen on `0.0.0.0`, or leave the address out.")
    });
    let script = python::bind(subject)
        .into_iter()
        .map(|(place, found)| CHECK.finding(place, found, "Tell it to listen on `0.0.0.0`."));
    command.into_iter().chain(code).chain(script).collect()
}

fn of_command(subject: &Subject<'_>, start: &Start) -> Option<Finding> {
    let server = start.server()?;
    let fix = format!("Tell it to listen on all addresses: {}.", advice(server));
    if let Some(address) = start.address() {
        let told =
            || CHECK.finding(start.place.clone(), format!("{} is told to listen on `{address}`", server.name), fix);
        return is_loopback(address).then(told);
    }
    let by_port = server.reads_port && subject.profile.is_none_or(|plan| plan.port.variable.as_deref() == Some("PORT"));
    let told_otherwise = by_port || start.port().is_some() && !server.both.is_empty();
    if !is_loopback(server.default.0) || told_otherwise || is_given(subject, server.variables.1) {
        return None;
    }
    let found = format!("{} listens on {} unless it is told otherwise, and nobody does", server.name, server.default.0);
    Some(CHECK.finding(start.place.clone(), found, fix))
}

fn advice(server: &Server) -> String {
    match (server.address.first(), server.both.first()) {
        (Some(option), _) => format!("`{option} 0.0.0.0`"),
        (None, Some(option)) => format!("`{option} 0.0.0.0:$PORT`").replace("` ", "`"),
        (None, None) => "`0.0.0.0`".to_owned(),
    }
}
