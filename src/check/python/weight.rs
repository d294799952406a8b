use super::declared::declared;
use crate::check::{Check, Finding, Severity, Subject};
use crate::project::packages::{Heavy, heavy};

pub(in crate::check) const CHECK: Check = Check {
    id: "package-too-large",
    title: "a package is too large for the plan",
    severity: Severity::Warning,
    looks_at: "packages that the requirements name, against a table of rough sizes; the plan's memory and disk",
    why: "The import alone takes most of the memory: the app is killed at the limit before its first visitor, or soon after.",
    needs_profile: true,
    documentation: "https://pypi.org/help/#file-size-limit",
    look,
};

/// The part of the plan's memory, in percent, from which an import alone is worth a word.
const LARGE: f64 = 45.0;

fn look(subject: &Subject<'_>) -> Vec<Finding> {
    let (Some(profile), Some(declared)) = (subject.profile, declared(subject)) else { return Vec::new() };
    let limit = profile.memory.enforced();
    let mut findings = Vec::new();
    for requirement in &declared.named {
        let Some(package) = heavy(&requirement.name) else { continue };
        let share = package.memory.percent_of(limit);
        let full = profile.disk.size.is_some_and(|disk| package.disk > disk);
        let (found, gravest) = match (share >= LARGE, full) {
            (true, _) => (memory(package, share, limit), share >= 90.0),
            (_, true) => (
                format!("`{}` takes about {} of disk, more than the plan has", package.name, package.disk.human()),
                true,
            ),
            _ => continue,
        };
        let finding = CHECK.finding(requirement.place.clone(), found, fix(package));
        findings.push(if gravest { finding } else { finding.only(Severity::Hint) });
    }
    findings
}

fn memory(package: &Heavy, share: f64, limit: crate::units::Memory) -> String {
    let how = if package.measured { "measured" } else { "estimated" };
    format!(
        "`import {}` takes about {} ({how}), {share:.0} % of the plan's {limit}",
        package.name.replace('-', "_"),
        package.memory.human()
    )
}

fn fix(package: &Heavy) -> String {
    if package.instead.is_empty() {
        return "Try it under the plan: `emu run . --profile ID` shows the memory; take a larger plan or a smaller package.".to_owned();
    }
    format!("Try it under the plan with `emu run .`; smaller: {}.", package.instead)
}
