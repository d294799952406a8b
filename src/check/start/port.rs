use super::server::Server;
use super::{Port, Start, is_given, start};
use crate::check::{Check, Finding, Severity, Subject, node, python, streamlit};
use crate::profile::Profile;

pub(in crate::check) const CHECK: Check = Check {
    id: "port-ignored",
    title: "the app listens on another port than the platform asks",
    severity: Severity::Error,
    looks_at: "the start command, and the port of the plan or of the platform's file",
    why: "The platform waits for the app at its own port, and gives up.",
    needs_profile: true,
    documentation: "https://12factor.net/port-binding",
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Finding> {
    let Some(profile) = subject.profile else { return Vec::new() };
    let command = start(subject).and_then(|start| of_command(subject, profile, &start));
    let expected = expected(subject, profile);
    let fixed = node::port(subject).into_iter().map(|fixed| (fixed, "process.env.PORT"));
    let fixed = fixed.chain(python::port(subject).into_iter().map(|fixed| (fixed, "int(os.environ[\"PORT\"])")));
    let code = fixed.filter(|((_, port), _)| *port != expected.0).map(|((place, port), value)| {
        let fix = format!("Listen on `{value}`, and on the fixed port only where it is not set.");
        CHECK.finding(place, format!("the app listens on port {port}, whatever it is told"), fix).because(why(expected))
    });
    command.into_iter().chain(code).collect()
}

fn of_command(subject: &Subject<'_>, profile: &Profile, start: &Start) -> Option<Finding> {
    let server = start.server()?;
    let (expected, variable) = expected(subject, profile);
    let found = match start.port() {
        Some(Port::Number(port)) => differs(server, port, expected)?,
        Some(Port::Variable(name, fallback)) if !is_given(subject, &name) => unset(&name, fallback, expected)?,
        Some(Port::Variable(..) | Port::Unclear) => return None,
        // Its file of settings has a check of its own.
        None if server.name == "streamlit" && streamlit::names_port(subject) => return None,
        None if server.reads_port && is_given(subject, "PORT") => return None,
        None if is_given(subject, server.variables.0) || server.default.1 == expected => return None,
        None => format!("{} listens on {} unless it is told otherwise, and nobody does", server.name, server.default.1),
    };
    let wanted = variable.map_or_else(|| expected.to_string(), |name| format!("${name}"));
    let fix = format!("Tell it the port: {}.", advice(server, &wanted));
    Some(CHECK.finding(start.place.clone(), found, fix).because(why((expected, variable))))
}

/// The port at which the platform waits, and the variable that carries it.
fn expected<'p>(subject: &Subject<'_>, profile: &'p Profile) -> (u16, Option<&'p str>) {
    let said = subject.found.and_then(|found| found.taken.port.as_ref()).map(|said| said.value);
    (said.unwrap_or(profile.port.number), profile.port.variable.as_deref().filter(|_| said.is_none()))
}

fn why((port, variable): (u16, Option<&str>)) -> String {
    match variable {
        Some(name) => {
            format!(
                "The platform gives the port in `{name}` ({port} unless set otherwise) and waits for the app there."
            )
        }
        None => format!("The platform waits for the app at port {port}."),
    }
}

fn differs(server: &Server, port: u16, expected: u16) -> Option<String> {
    (port != expected).then(|| format!("{} is told to listen on port {port}", server.name))
}

fn unset(name: &str, fallback: Option<u16>, expected: u16) -> Option<String> {
    match fallback {
        Some(port) if port == expected => None,
        Some(port) => Some(format!("`{name}` is not set there, so the port is {port}")),
        None => Some(format!("`{name}` is not set there, so the port is empty")),
    }
}

fn advice(server: &Server, wanted: &str) -> String {
    match (server.port.first(), server.both.first()) {
        (Some(option), _) => format!("`{option} {wanted}`").replace("` ", "`"),
        (None, Some(option)) => format!("`{option} 0.0.0.0:{wanted}`").replace("` ", "`"),
        (None, None) => format!("`{wanted}`"),
    }
}
