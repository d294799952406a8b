use crate::check::{Check, Finding, Severity, Subject};

use super::dockerfiles;

pub(in crate::check) const CHECK: Check = Check {
    id: "docker-root",
    title: "the app runs as root",
    severity: Severity::Hint,
    looks_at: "`USER` in the last stage of a Dockerfile",
    why: "Whoever breaks into the app owns the container.",
    needs_profile: false,
    documentation: "https://docs.docker.com/build/building/best-practices/#user",
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Finding> {
    let fix = "Before `CMD`: `RUN useradd --create-home app` and `USER app`.";
    let forced = subject.profile.and_then(|profile| profile.process.user.as_deref());
    let forced = forced.filter(|user| !matches!(*user, "root" | "0"));
    let mut findings = Vec::new();
    for file in dockerfiles(subject) {
        let Some(from) = file.stage.first() else { continue };
        let user = file.stage.iter().rev().find(|instruction| instruction.word == "USER");
        let (at, found) = match user {
            None if from.operands().first().is_some_and(|image| knows_its_user(image)) => continue,
            None => (from, "no `USER` is named, so the app runs as root".to_owned()),
            Some(user) if matches!(user.rest.split(':').next(), Some("root" | "0")) => {
                (user, format!("`USER {}` is the last one", user.rest))
            }
            Some(_) => continue,
        };
        let finding = CHECK.finding(file.place(at), found, fix);
        findings.push(match forced {
            Some(user) => finding.because(format!(
                "The platform runs it as the user `{user}`, who cannot write where root has written."
            )),
            None => finding,
        });
    }
    findings
}

/// An image of the project's own making or one for another user by its name may have set it already.
fn knows_its_user(image: &str) -> bool {
    image.contains("nonroot") || image.contains("rootless") || image.contains("unprivileged") || image.starts_with('$')
}
