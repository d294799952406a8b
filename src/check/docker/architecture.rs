use crate::check::{Check, Finding, Severity, Subject};

use super::{Instruction, dockerfiles};

pub(in crate::check) const CHECK: Check = Check {
    id: "docker-architecture",
    title: "the image is built for another processor",
    severity: Severity::Warning,
    looks_at: "`--platform` and the names of images in the `FROM` lines of a Dockerfile",
    why: "A host with another processor refuses the image: `exec format error`.",
    needs_profile: false,
    documentation: "https://docs.docker.com/build/building/multi-platform/",
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in dockerfiles(subject) {
        let Some(from) = file.stage.first() else { continue };
        findings.extend(foreign(from).map(|(found, fix)| CHECK.finding(file.place(from), found, fix)));
    }
    findings
}

fn foreign(from: &Instruction) -> Option<(String, &'static str)> {
    let named = from.flag("platform").unwrap_or_default();
    if named.contains("BUILDPLATFORM") {
        let fix = "Leave `--platform` out of the last `FROM`; it is for stages that only build.";
        return Some((format!("the last stage is made for the machine that builds it: `{named}`"), fix));
    }
    if named.contains("arm") {
        return Some((
            format!("`--platform={named}`"),
            "Leave `--platform` out, and name it when you build: `docker build --platform linux/amd64`.",
        ));
    }
    let image = *from.operands().first()?;
    let owner = image.split('/').next().filter(|owner| matches!(*owner, "arm64v8" | "arm32v7" | "arm32v6"))?;
    Some((format!("`{image}` is an image for ARM"), "Take the image without the owner in front of it."))
        .filter(|_| image.contains('/') && !owner.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::docker::file::instructions;

    #[test]
    fn a_processor_is_named_by_flag_or_by_owner() {
        let foreign = |text: &str| foreign(&instructions(text)[0]).is_some();
        assert!(foreign("FROM --platform=linux/arm64 python:3.12"));
        assert!(foreign("FROM --platform=$BUILDPLATFORM python:3.12"));
        assert!(foreign("FROM arm64v8/python:3.12"));
        assert!(!foreign("FROM --platform=linux/amd64 python:3.12") && !foreign("FROM charm/soft-serve"));
    }
}
