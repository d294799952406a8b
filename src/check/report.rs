use super::ignore::is_ignored;
use super::{CHECKS, Check, Finding, Severity, Subject};

/// Which checks are wanted, by their ids.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// These alone; empty for all.
    pub only: Vec<String>,
    /// Not these.
    pub skip: Vec<String>,
}

/// What came of looking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// By file and line, the gravest first within a line.
    pub findings: Vec<Finding>,
    /// Ids of the checks that looked.
    pub looked: Vec<&'static str>,
    /// Ids of wanted checks that need a profile, and there is none.
    pub without_profile: Vec<&'static str>,
    /// How many findings a comment `emu: ignore ID` takes back.
    pub ignored: usize,
}

impl Selection {
    fn wants(&self, check: &Check) -> bool {
        let named = |ids: &[String]| ids.iter().any(|id| id == check.id);
        (self.only.is_empty() || named(&self.only)) && !named(&self.skip)
    }
}

impl Report {
    /// How many findings are as grave as this.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }
}

/// Asks every wanted check about a project.
pub fn look(subject: &Subject<'_>, selection: &Selection) -> Report {
    let wanted = || CHECKS.iter().filter(|check| selection.wants(check));
    let (blind, looked): (Vec<&Check>, Vec<&Check>) =
        wanted().partition(|check| check.needs_profile && subject.profile.is_none());
    let all: Vec<Finding> = looked.iter().flat_map(|check| (check.look)(subject)).collect();
    let told = all.len();
    let mut findings: Vec<Finding> = all.into_iter().filter(|finding| !is_ignored(subject.folder, finding)).collect();
    findings.sort_by(|one, other| {
        let order = |finding: &Finding| (finding.place.clone(), finding.severity, finding.check);
        order(one).cmp(&order(other))
    });
    let ignored = told - findings.len();
    findings.dedup();
    let ids = |checks: Vec<&Check>| checks.iter().map(|check| check.id).collect();
    Report { findings, looked: ids(looked), without_profile: ids(blind), ignored }
}
