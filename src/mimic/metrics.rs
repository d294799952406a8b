//! What the app tells of itself, in the text of Prometheus.

use super::answer::{Answer, text};
use super::app::App;
use http::StatusCode;

pub(super) fn metrics(app: &App) -> Answer {
    let told = [
        ("gauge", "mimic_users", "", "Open WebSockets.", app.sockets()),
        ("gauge", "mimic_cache_bytes", "{cache=\"held\"}", "Memory held on purpose.", app.held.size().bytes()),
        ("counter", "mimic_requests_total", "", "Requests so far.", app.requests()),
    ];
    let family = |(kind, name, labels, help, value): (&str, &str, &str, &str, u64)| {
        format!("# HELP {name} {help}\n# TYPE {name} {kind}\n{name}{labels} {value}\n")
    };
    text(StatusCode::OK, told.map(family).concat())
}
