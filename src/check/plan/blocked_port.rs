use crate::check::{Check, Finding, Severity, Subject, node, python};
use crate::project::{Place, Setting};

pub(in crate::check) const CHECK: Check = Check {
    id: "blocked-port",
    title: "the app calls a port that the platform blocks",
    severity: Severity::Error,
    looks_at: "ports of mail servers in code, settings and variables, and the ports that the plan blocks",
    why: "The connection hangs until it times out: no mail leaves.",
    needs_profile: true,
    documentation: "https://www.rfc-editor.org/rfc/rfc6409",
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Finding> {
    let Some(blocked) = subject.profile.map(|profile| &profile.process.blocked_ports) else { return Vec::new() };
    let named = ports(subject).into_iter().chain(of_variables(subject));
    let fix = "Send over HTTPS through the interface of a mail service, or over a port that is open, such as 2525.";
    let told = named.filter(|(_, port)| blocked.contains(port));
    told.map(|(place, port)| CHECK.finding(place, format!("port {port} is called, and the platform blocks it"), fix))
        .collect()
}

fn ports(subject: &Subject<'_>) -> Vec<(Place, u16)> {
    node::mail_ports(subject).into_iter().chain(python::mail_ports(subject)).collect()
}

/// Ports in variables of the platform's file: `SMTP_PORT`.
fn of_variables(subject: &Subject<'_>) -> Vec<(Place, u16)> {
    let variables = subject.found.map(|found| &found.taken.environment).into_iter().flatten();
    let mail = variables.filter(|(name, _)| name.ends_with("PORT") && (name.contains("MAIL") || name.contains("SMTP")));
    let port = |said: &Setting| match said {
        Setting::Value(value) => value.parse().ok(),
        _ => None,
    };
    mail.filter_map(|(_, said)| Some((said.place.clone(), port(&said.value)?))).collect()
}
