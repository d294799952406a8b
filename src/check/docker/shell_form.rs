use crate::check::{Check, Finding, Severity, Subject};

use super::{Instruction, dockerfiles};

pub(in crate::check) const CHECK: Check = Check {
    id: "docker-shell-form",
    title: "the shell, and not the app, gets SIGTERM",
    severity: Severity::Warning,
    looks_at: "`CMD` and `ENTRYPOINT` of the last stage of a Dockerfile",
    why: "The shell is process 1 and does not pass SIGTERM on: the app does not hear that it is stopped, and is killed when the grace is over.",
    needs_profile: false,
    documentation: "https://docs.docker.com/reference/dockerfile/#shell-form-entrypoint-example",
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in dockerfiles(subject) {
        let starts = |instruction: &&Instruction| matches!(instruction.word.as_str(), "CMD" | "ENTRYPOINT");
        // Only the last of each counts.
        let mut starts: Vec<&Instruction> = file.stage.iter().filter(starts).collect();
        starts.reverse();
        starts.sort_by_key(|instruction| instruction.word.clone());
        starts.dedup_by_key(|instruction| instruction.word.clone());
        let told = starts.into_iter().filter(|start| swallows(&file.stage, start)).map(|start| {
            let found = format!("`{} {}` runs under a shell", start.word, start.rest);
            CHECK.finding(file.place(start), found, fix(start))
        });
        findings.extend(told);
    }
    findings
}

/// Whether a shell stays between the signal and the app.
fn swallows(stage: &[Instruction], start: &Instruction) -> bool {
    let has_entrypoint = stage.iter().any(|other| other.word == "ENTRYPOINT");
    let arguments = start.word == "CMD" && has_entrypoint;
    let line = match start.exec() {
        None if arguments || stage.iter().any(|other| other.word == "SHELL") => return false,
        None => start.rest.clone(),
        Some(words) => match words.as_slice() {
            [shell, flag, line] if is_shell(shell) && flag.ends_with('c') => line.clone(),
            _ => return false,
        },
    };
    let last = line.rsplit(['&', ';', '|']).next().unwrap_or_default().trim();
    !last.starts_with("exec ") && !last.is_empty()
}

fn is_shell(program: &str) -> bool {
    matches!(program.rsplit('/').next(), Some("sh" | "bash" | "ash" | "dash"))
}

fn fix(start: &Instruction) -> String {
    let line = start.exec().and_then(|words| words.into_iter().nth(2)).unwrap_or_else(|| start.rest.clone());
    let simple = !line.contains(['$', '&', ';', '|', '>', '<', '*', '"', '\'']);
    if simple {
        let words: Vec<String> = line.split_whitespace().map(|word| format!("\"{word}\"")).collect();
        return format!("Write `{} [{}]`.", start.word, words.join(", "));
    }
    "Begin the last command of the line with `exec`, so that the app takes the place of the shell.".to_owned()
}
