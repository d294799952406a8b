use super::source::{Call, Source, Value};
use super::sources;
use crate::check::Subject;
use crate::project::Place;

/// Names of settings that hold a mail server's port.
const SETTINGS: &[&str] = &["MAIL_PORT", "EMAIL_PORT", "SMTP_PORT"];

/// Ports of mail servers that the code names: the place and the port.
pub(in crate::check) fn ports(subject: &Subject<'_>) -> Vec<(Place, u16)> {
    sources(subject).flat_map(of_source).collect()
}

fn of_source(source: &Source) -> Vec<(Place, u16)> {
    let calls = source.calls.iter().filter_map(|call| Some((source.place(call.line), of_call(call)?)));
    let settings = source.assigns.iter().filter(|assign| SETTINGS.contains(&assign.name.as_str()));
    let settings = settings.filter_map(|assign| Some((source.place(assign.line), number(&assign.value)?)));
    calls.chain(settings).collect()
}

fn of_call(call: &Call) -> Option<u16> {
    let default = match call.name.as_str() {
        "smtplib.SMTP" | "aiosmtplib.SMTP" => 25,
        "smtplib.SMTP_SSL" => 465,
        "aiosmtplib.send" => return number(call.keyword("port")?),
        _ => return None,
    };
    match call.positional(1).or_else(|| call.keyword("port")) {
        Some(value) => number(value),
        // `SMTP()` without a server connects later.
        None => call
            .positional(0)
            .or_else(|| call.keyword("host"))
            .filter(|host| host.text().is_none_or(|host| !host.contains(':')))
            .map(|_| default),
    }
}

fn number(value: &Value) -> Option<u16> {
    match value {
        Value::Number(port) => u16::try_from(*port).ok(),
        _ => None,
    }
}
