use ignore::gitignore::GitignoreBuilder;

use crate::check::secrets::is_secrets_file;
use crate::check::{Check, Finding, Severity, Subject};

use super::{Dockerfile, Instruction, dockerfiles};

pub(in crate::check) const CHECK: Check = Check {
    id: "docker-secrets",
    title: "a file of secrets is copied into the image",
    severity: Severity::Error,
    looks_at: "`COPY` and `ADD` of a Dockerfile, .dockerignore, and the files of secrets that are there",
    why: "Whoever can pull the image has the secrets; a later `RUN rm` does not take them out.",
    needs_profile: false,
    documentation: "https://docs.docker.com/build/building/secrets/",
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Finding> {
    let there: Vec<&str> = there(subject);
    dockerfiles(subject).iter().flat_map(|file| of_file(subject, file, &there)).collect()
}

/// The files of secrets in the folder, whether git ignores them or not.
fn there<'a>(subject: &Subject<'a>) -> Vec<&'a str> {
    let ignored = subject.folder.ignored.iter();
    let all = subject.folder.files.keys().chain(ignored).map(String::as_str);
    all.filter(|path| is_secrets_file(path)).collect()
}

fn of_file(subject: &Subject<'_>, file: &Dockerfile, there: &[&str]) -> Vec<Finding> {
    let copies =
        file.stage.iter().filter(|copy| matches!(copy.word.as_str(), "COPY" | "ADD") && copy.flag("from").is_none());
    let mut findings = Vec::new();
    for copy in copies {
        let sent = there.iter().filter(|path| !is_left_out(subject, path) && takes(copy, path));
        let names: Vec<String> = sent.map(|path| format!("`{path}`")).collect();
        if names.is_empty() {
            continue;
        }
        let found = format!("`{} {}` takes {} along", copy.word, copy.rest, names.join(", "));
        let lines: Vec<String> = names.iter().map(|name| name.replace('`', "")).collect();
        let fix = format!(
            "Write into .dockerignore: {}.",
            lines.iter().map(|line| format!("`{line}`")).collect::<Vec<_>>().join(", ")
        );
        findings.push(CHECK.finding(file.place(copy), found, fix));
    }
    findings
}

fn takes(copy: &Instruction, path: &str) -> bool {
    let words = copy.exec().unwrap_or_else(|| copy.operands().iter().map(ToString::to_string).collect());
    let Some((_, sources)) = words.split_last() else { return false };
    sources.iter().any(|source| {
        let source = source.trim_start_matches("./").trim_end_matches('/');
        let inside = || path.strip_prefix(source).is_some_and(|rest| rest.starts_with('/'));
        matches!(source, "" | "." | "*") || source == path || inside()
    })
}

/// Whether .dockerignore keeps a file out of what is sent to the daemon.
fn is_left_out(subject: &Subject<'_>, path: &str) -> bool {
    let Some(text) = subject.folder.text(".dockerignore") else { return false };
    let mut rules = GitignoreBuilder::new("");
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
        let (not, pattern) = line.strip_prefix('!').map_or(("", line), |pattern| ("!", pattern));
        // Patterns of this file are seen from its folder, where git's may match at any depth.
        let anchored = format!("{not}/{}", pattern.trim_start_matches('/'));
        if rules.add_line(None, &anchored).is_err() {
            return false;
        }
    }
    rules.build().is_ok_and(|rules| rules.matched_path_or_any_parents(path, false).is_ignore())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::docker::file::instructions;
    use crate::project::Folder;

    #[test]
    fn a_copy_takes_what_lies_in_its_source() {
        let takes = |line: &str, path| takes(&instructions(line)[0], path);
        assert!(takes("COPY . .", ".env") && takes("COPY [\".\", \"/app\"]", "web/.env"));
        assert!(takes("COPY --chown=app ./web/ /app", "web/.env") && takes("COPY .env .", ".env"));
        assert!(!takes("COPY src /app", ".env") && !takes("COPY webshop /app", "web/.env"));
    }

    #[test]
    fn the_ignore_file_of_docker_is_anchored() {
        let left_out = |rules: &str, path| {
            let folder = Folder::of("x", &[(".dockerignore", rules)]);
            is_left_out(&Subject::of(&folder), path)
        };
        assert!(
            left_out(".env\n", ".env")
                && left_out("**/.env\n", "web/.env")
                && left_out(".streamlit\n", ".streamlit/secrets.toml")
        );
        assert!(!left_out(".env\n", "web/.env") && !left_out("*\n!.env\n", ".env") && !left_out("# .env\n", ".env"));
    }
}
