use super::config::{FILE, MANUAL, config, is_overridden, missing, uses_streamlit};
use crate::check::{Check, Finding, Severity, Subject};

pub(in crate::check) const CHECK: Check = Check {
    id: "streamlit-error-details",
    title: "visitors see the app's errors in full",
    severity: Severity::Warning,
    looks_at: "`client.showErrorDetails` of .streamlit/config.toml",
    why: "A traceback on the page shows paths, code and sometimes values to whoever looks.",
    needs_profile: false,
    documentation: MANUAL,
    look,
};

const KEY: &str = "client.showErrorDetails";

fn look(subject: &Subject<'_>) -> Vec<Finding> {
    if !uses_streamlit(subject) || is_overridden(subject, KEY) {
        return Vec::new();
    }
    let said = config(subject).and_then(|mut table| table.remove(KEY));
    let fix = "Write `showErrorDetails = \"none\"` below `[client]`; the log still has everything.";
    let found = match said {
        None => {
            let found = format!("`{KEY}` is not set, and on unless it is");
            let fix = if subject.folder.has(FILE) { fix.to_owned() } else { format!("Make this file. {fix}") };
            CHECK.finding(missing(), found, fix).only(Severity::Hint)
        }
        Some(said) => {
            let shows = said.value.as_bool() == Some(true)
                || matches!(said.value.as_str(), Some("full" | "stacktrace" | "true"));
            if !shows {
                return Vec::new();
            }
            CHECK.finding(said.place, format!("`{KEY}` is {}", said.value), fix)
        }
    };
    vec![found]
}
