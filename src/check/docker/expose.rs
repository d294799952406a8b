use crate::check::start::{self, Port};
use crate::check::{Check, Finding, Severity, Subject};

use super::{Instruction, dockerfiles};

pub(in crate::check) const CHECK: Check = Check {
    id: "docker-expose",
    title: "`EXPOSE` names another port than the app listens on",
    severity: Severity::Warning,
    looks_at: "`EXPOSE` and the start command of a Dockerfile",
    why: "Platforms and people who read `EXPOSE` send visitors to a port where nobody listens.",
    needs_profile: false,
    documentation: "https://docs.docker.com/reference/dockerfile/#expose",
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in dockerfiles(subject) {
        let exposed: Vec<(&Instruction, Vec<u16>)> = exposed(&file.stage);
        let [.., (at, _)] = exposed.as_slice() else { continue };
        let Some(Port::Number(port)) = start::of_dockerfile(&file).and_then(|start| start.port()) else { continue };
        if exposed.iter().any(|(_, ports)| ports.contains(&port)) {
            continue;
        }
        let found = format!("`EXPOSE {}`, and the start command listens on {port}", at.rest);
        findings.push(CHECK.finding(file.place(at), found, format!("Write `EXPOSE {port}`.")));
    }
    findings
}

/// The lines that name ports in plain numbers.
fn exposed(stage: &[Instruction]) -> Vec<(&Instruction, Vec<u16>)> {
    let lines = stage.iter().filter(|instruction| instruction.word == "EXPOSE");
    let ports = |line: &Instruction| {
        let numbers = line.rest.split_whitespace().filter(|word| !word.ends_with("/udp"));
        numbers.filter_map(|word| word.split('/').next()?.parse().ok()).collect::<Vec<u16>>()
    };
    lines.map(|line| (line, ports(line))).filter(|(_, ports)| !ports.is_empty()).collect()
}
