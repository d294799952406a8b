//! Every check has a case in which it speaks and a case in which it is silent.

mod case;
mod cases;

use super::{CHECKS, Severity, Subject, find, look, nearest, reference};
use crate::project::Folder;
use case::Case;

fn all() -> Vec<Case> {
    cases::ALL.iter().flat_map(|cases| cases()).collect()
}

#[test]
fn every_check_has_a_red_and_a_green_case() {
    let cases = all();
    let of = |id: &str, red: bool| cases.iter().any(|case| case.check == id && case.place.is_some() == red);
    let lacks = CHECKS.iter().filter(|check| !of(check.id, true) || !of(check.id, false));
    let lacks: Vec<&str> = lacks.map(|check| check.id).collect();
    assert!(lacks.is_empty(), "without a red or a green case: {lacks:?}");
    let unknown: Vec<&str> = cases.iter().map(|case| case.check).filter(|id| find(id).is_none()).collect();
    assert!(unknown.is_empty(), "cases of no check: {unknown:?}");
}

#[test]
fn checks_speak_where_they_must_and_are_silent_elsewhere() {
    let faults: Vec<String> = all().iter().filter_map(Case::fault).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn ids_are_words_with_hyphens_and_stand_once() {
    for check in CHECKS {
        let plain = check.id.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-');
        assert!(plain, "{}", check.id);
        assert_eq!(CHECKS.iter().filter(|other| other.id == check.id).count(), 1, "{}", check.id);
        assert!(check.why.ends_with('.') && !check.title.ends_with('.'), "{}", check.id);
        assert!(check.documentation.starts_with("https://"), "{}", check.id);
        assert!(reference().contains(&format!("\n## {}\n", check.id)));
    }
    assert_eq!(nearest("secret-committed"), Some("secrets-committed"));
}

#[test]
fn an_empty_folder_has_nothing_to_find() {
    let folder = Folder::default();
    let report = look(&Subject::of(&folder), &super::Selection::default());
    assert_eq!(report.findings, []);
    assert!(report.looked.len() + report.without_profile.len() == CHECKS.len());
}

#[test]
fn a_selection_takes_and_leaves_by_id() {
    let folder = Folder::of("x", &[("Dockerfile", "FROM --platform=linux/arm64 a\nCMD b c\n")]);
    let found = |only: &[&str], skip: &[&str]| {
        let own = |ids: &[&str]| ids.iter().map(ToString::to_string).collect();
        let selection = super::Selection { only: own(only), skip: own(skip) };
        look(&Subject::of(&folder), &selection).findings.iter().map(|finding| finding.check).collect::<Vec<_>>()
    };
    assert_eq!(found(&[], &[]), ["docker-architecture", "docker-root", "docker-shell-form"]);
    assert_eq!(found(&["docker-root"], &[]), ["docker-root"]);
    assert_eq!(found(&[], &["docker-root"]), ["docker-architecture", "docker-shell-form"]);
}

#[test]
fn no_finding_is_graver_than_its_check() {
    for case in all() {
        let gravest = find(case.check).map_or(Severity::Hint, |check| check.severity);
        assert!(case.findings().iter().all(|finding| finding.severity >= gravest), "{}", case.check);
    }
}
