use std::fmt::Write;

use serde_json::{Value, json};

use super::{Check, Finding, Report, Severity, find};

/// The schema that a document of [`sarif`] keeps to.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// A report as SARIF 2.1.0, which code hosts show beside the lines. Paths are seen from the checked folder.
pub fn sarif(version: &str, report: &Report) -> Value {
    let rules: Vec<&Check> = report.looked.iter().filter_map(|id| find(id)).collect();
    let results: Vec<Value> = report.findings.iter().map(|finding| result(finding, &rules)).collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "emu",
                "version": version,
                "rules": rules.iter().map(|check| rule(check)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn rule(check: &Check) -> Value {
    json!({
        "id": check.id,
        "shortDescription": {"text": check.title},
        "fullDescription": {"text": check.why},
        "helpUri": check.documentation,
        "help": {"text": format!("Looks at {}. {}", check.looks_at, check.why)},
        "defaultConfiguration": {"level": level(check.severity)},
    })
}

fn result(finding: &Finding, rules: &[&Check]) -> Value {
    let mut place = json!({"artifactLocation": {"uri": uri(&finding.place.file), "uriBaseId": "%SRCROOT%"}});
    // Code hosts show only what has a line.
    place["region"] = json!({"startLine": finding.place.line.unwrap_or(1)});
    json!({
        "ruleId": finding.check,
        "ruleIndex": rules.iter().position(|check| check.id == finding.check),
        "level": level(finding.severity),
        "message": {"text": format!("{}. {} {}", finding.found, finding.why, finding.fix)},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"emu/v1": format!("{}:{}:{}", finding.check, finding.place.file, finding.found)},
    })
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hint => "note",
    }
}

/// A path as a relative reference: what a URI reserves is written in percent.
fn uri(path: &str) -> String {
    let mut uri = String::new();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}
