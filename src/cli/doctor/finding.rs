use serde::Serialize;
use tabled::builder::Builder;
use tabled::settings::Style;

use crate::cli::Failure;

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    /// The engine that it is about; `None` for what every run depends on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) engine: Option<&'static str>,
    pub(super) what: &'static str,
    pub(super) state: Health,
    pub(super) found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) to_do: Option<String>,
}

/// How it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Health {
    Ok,
    Warning,
    Broken,
}

pub(super) fn ok(what: &'static str, found: String) -> Finding {
    Finding { engine: None, what, state: Health::Ok, found, to_do: None }
}

pub(super) fn warning(what: &'static str, found: &str, to_do: &str) -> Finding {
    Finding { engine: None, what, state: Health::Warning, found: found.to_owned(), to_do: Some(to_do.to_owned()) }
}

pub(super) fn broken(what: &'static str, found: String, to_do: Option<String>) -> Finding {
    Finding { engine: None, what, state: Health::Broken, found, to_do }
}

/// An engine's refusal.
pub(super) fn refused(what: &'static str, failure: Failure) -> Finding {
    broken(what, failure.message, failure.hints.into_iter().next())
}

/// The findings about two engines. Runs need one of them: what is broken about an engine is worth a note
/// where the other one works.
pub(super) fn of_both(docker: Vec<Finding>, native: Vec<Finding>) -> Vec<Finding> {
    let works = |findings: &[Finding]| findings.iter().all(|finding| finding.state != Health::Broken);
    let enough = works(&docker) || works(&native);
    let named = |engine| move |finding| Finding { engine: Some(engine), ..finding };
    let findings = docker.into_iter().map(named("docker")).chain(native.into_iter().map(named("native")));
    findings
        .map(|finding| match finding.state {
            Health::Broken if enough => Finding { state: Health::Warning, ..finding },
            _ => finding,
        })
        .collect()
}

pub(super) fn table(findings: &[Finding]) -> String {
    let mut rows = Builder::default();
    for finding in findings {
        let state = match finding.state {
            Health::Ok => "ok",
            Health::Warning => "note",
            Health::Broken => "BROKEN",
        };
        rows.push_record([state, finding.engine.unwrap_or_default(), finding.what, &finding.found]);
        if let Some(to_do) = &finding.to_do {
            rows.push_record(["", "", "", &format!("-> {to_do}")]);
        }
    }
    let table = rows.build().with(Style::blank()).to_string();
    table.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn states(findings: &[Finding]) -> Vec<(Option<&str>, Health)> {
        findings.iter().map(|finding| (finding.engine, finding.state)).collect()
    }

    #[test]
    fn one_engine_that_works_is_enough() {
        let absent = || vec![broken("engine", "no answer".into(), None)];
        let works = || vec![ok("engine", "here".into())];
        let found = of_both(absent(), works());
        assert_eq!(states(&found), [(Some("docker"), Health::Warning), (Some("native"), Health::Ok)]);
        let found = of_both(works(), absent());
        assert_eq!(states(&found), [(Some("docker"), Health::Ok), (Some("native"), Health::Warning)]);
        let found = of_both(absent(), absent());
        assert_eq!(states(&found), [(Some("docker"), Health::Broken), (Some("native"), Health::Broken)]);
    }

    #[test]
    fn what_to_do_stands_below_what_was_found() {
        let findings = of_both(vec![warning("leftovers", "1 instance", "`emu clean` removes it")], Vec::new());
        let expected =
            " note   docker   leftovers   1 instance\n                             -> `emu clean` removes it";
        assert_eq!(table(&findings), expected);
    }
}
