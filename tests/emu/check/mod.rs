//! `emu check` as its users meet it: projects with planted faults, their clean twins, statuses, JSON, SARIF.

mod bad_input;
mod documents;
mod projects;

use std::process::Command;

use serde_json::Value;

use crate::driver::{Emu, Given, emu};
use projects::{Files, KINDS};

/// A project in git: what is ignored stays out, and so does what is named.
fn project(args: &[&str], files: Files, committed: &[&str]) -> Emu {
    let call =
        files.iter().fold(emu(args.iter().copied()), |call, (path, text)| call.file(&format!("shop/{path}"), text));
    let git = |args: &[&str]| {
        let done = Command::new("git").args(args).current_dir(call.folder().join("shop")).output();
        assert!(done.is_ok_and(|done| done.status.success()), "git {args:?}");
    };
    git(&["init", "--quiet"]);
    let committed: Vec<&str> = [&["add", "--force", "--"], committed].concat();
    if committed.len() > 3 {
        git(&committed);
    }
    call
}

fn check(args: &[&str], files: Files, committed: &[&str]) -> Given {
    project(&[&["check", "shop"], args].concat(), files, committed).run()
}

fn found(document: &str) -> Vec<(String, String)> {
    let document: Value = serde_json::from_str(document).expect("the findings as JSON");
    let findings = document["findings"].as_array().expect("a list of findings");
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let place = |finding: &Value| match finding["line"].as_u64() {
        Some(line) => format!("{}:{line}", text(finding, "file")),
        None => text(finding, "file"),
    };
    findings.iter().map(|finding| (text(finding, "check"), place(finding))).collect()
}

#[test]
fn each_planted_fault_is_found_and_nothing_else() {
    let mut faults = Vec::new();
    for kind in KINDS {
        let given = check(&["--profile", kind.plan, "--json"], kind.faulty, kind.committed);
        let found = found(&given.stdout);
        let expected = kind.faults.iter().map(|(check, place)| ((*check).to_owned(), (*place).to_owned()));
        let expected: Vec<(String, String)> = expected.collect();
        let lacks = expected.iter().filter(|fault| !found.contains(fault));
        faults.extend(lacks.map(|fault| format!("{}: not found: {fault:?}", kind.name)));
        let more = found.iter().filter(|fault| !expected.contains(fault));
        faults.extend(more.map(|fault| format!("{}: not planted: {fault:?}", kind.name)));
        assert!(!given.stdout.contains("hunter2"), "{}", given.stdout);
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_clean_project_of_each_kind_has_no_finding_at_all() {
    let mut faults = Vec::new();
    for kind in KINDS {
        for profile in [&["--profile", kind.plan][..], &[]] {
            let given = check(profile, kind.clean, &[]);
            if given.status != 0 || !given.stdout.starts_with("nothing found") {
                faults.push(format!("{} {profile:?}: {}\n{}{}", kind.name, given.status, given.stdout, given.stderr));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn errors_end_with_1_and_warnings_with_0() {
    let node = KINDS.iter().find(|kind| kind.name == "node").expect("it is there");
    check(&["--profile", node.plan], node.faulty, node.committed).status(1);
    check(&["--profile", node.plan, "--only", "files-lost"], node.faulty, node.committed).status(0);
    check(&["--skip", "secrets-committed,bind-loopback"], node.faulty, node.committed).status(0);
}

#[test]
fn without_a_plan_it_is_said_which_checks_were_not_made() {
    let node = KINDS.iter().find(|kind| kind.name == "node").expect("it is there");
    let given = check(&[], node.faulty, &[]);
    assert!(given.stderr.contains("no plan is known, so ") && given.stderr.contains("files-lost"), "{}", given.stderr);
    assert!(!given.stdout.contains("files-lost"), "{}", given.stdout);
}

#[test]
fn the_plan_of_the_projects_own_file_is_taken_and_said() {
    let node = KINDS.iter().find(|kind| kind.name == "node").expect("it is there");
    let call = project(&["check", "shop"], node.faulty, &[]).file("shop/emu.toml", "profiles = [\"render-free\"]\n");
    let given = call.run();
    assert!(given.stderr.contains("the plan is render-free"), "{}", given.stderr);
    assert!(given.stdout.contains("files-lost") && given.stdout.contains("for render-free"), "{}", given.stdout);
}

#[test]
fn a_comment_takes_a_finding_back_and_the_summary_says_so() {
    let files: Files = &[("Dockerfile", "# emu: ignore docker-root\nFROM python:3.12\nCMD [\"python\", \"app.py\"]\n")];
    let given = check(&[], files, &[]).status(0);
    assert!(given.stdout.starts_with("nothing found") && given.stdout.contains("1 taken back"), "{}", given.stdout);
}

/// What SARIF 2.1.0 demands of the parts that are written, from its schema: the keys that must be there.
#[test]
fn sarif_has_what_its_schema_demands() {
    let kind = &KINDS[0];
    let given = check(&["--profile", kind.plan, "--format", "sarif"], kind.faulty, kind.committed).status(1);
    let log: Value = serde_json::from_str(&given.stdout).expect("SARIF is JSON");
    assert_eq!(log["version"], "2.1.0");
    assert!(log["$schema"].as_str().is_some_and(|schema| schema.contains("sarif-2.1.0")));
    let run = &log["runs"][0];
    assert_eq!(run["tool"]["driver"]["name"], "emu");
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    assert!(rules.iter().all(|rule| rule["id"].is_string() && rule["shortDescription"]["text"].is_string()));
    let results = run["results"].as_array().expect("results");
    assert_eq!(results.len(), kind.faults.len());
    for result in results {
        assert!(result["message"]["text"].is_string(), "{result}");
        let level = result["level"].as_str().unwrap_or_default();
        assert!(["none", "note", "warning", "error"].contains(&level), "{result}");
        let index = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("a small number");
        assert_eq!(rules[index]["id"], result["ruleId"]);
        let place = &result["locations"][0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str().unwrap_or_default();
        assert!(!uri.is_empty() && !uri.starts_with('/') && !uri.contains([' ', '\\']), "{result}");
        assert!(place["region"]["startLine"].as_u64().is_some_and(|line| line >= 1), "{result}");
    }
}

#[test]
fn every_check_is_listed() {
    let listed = emu(["check", "--list"]).run().status(0).stdout;
    assert_eq!(listed.lines().count(), ::emu::check::CHECKS.len());
    let document = emu(["check", "--list", "--json"]).run().status(0).stdout;
    let document: Value = serde_json::from_str(&document).expect("a list as JSON");
    assert_eq!(document["checks"].as_array().map(Vec::len), Some(::emu::check::CHECKS.len()));
}
