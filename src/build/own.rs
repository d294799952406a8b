//! A Dockerfile of the project's own.

use std::collections::BTreeMap;

use super::dockerfile::{lines, notice};
use super::requirements::Install;
use super::{Build, BuildProblem, Options, Subject, context, words};
use crate::profile::Runtime;
use crate::project::{Command, Place, Recipe};

pub(super) fn build(subject: Subject<'_>, options: &Options) -> Result<Build, BuildProblem> {
    let Recipe::Dockerfile { file, context: folder, target, arguments } = &subject.found.recipe else {
        return Err(BuildProblem::NoDockerfile { file: String::new() });
    };
    let text = subject.folder.text(&file.file);
    let text = text.ok_or_else(|| BuildProblem::NoDockerfile { file: file.file.clone() })?;
    let arguments: BTreeMap<String, String> = arguments.clone().into_iter().chain(options.arguments.clone()).collect();
    let mut bases = bases(text);
    let dockerfile = match &options.base_image {
        None => text.to_owned(),
        Some(image) => {
            let replaced = replaced(text, &bases, image, file)?;
            bases = vec![image.clone()];
            replaced
        }
    };
    let command = subject.found.taken.command.as_ref().map(|said| said.value.clone());
    let unread = subject.found.taken.build_command.as_ref();
    let notices = unread.map(|said| notice(&said.place, "a build command", "not run: the Dockerfile builds"));
    Ok(Build {
        name: subject.image(),
        dockerfile,
        bases: bases.into_iter().map(|base| filled(&base, text, &arguments)).collect(),
        target: target.clone(),
        arguments,
        files: context::for_dockerfile(subject.folder, &context::plain(folder)),
        command: command.as_ref().map(words).unwrap_or_default(),
        runtime: Runtime::Other,
        lines: lines(subject, &Install::default(), &command.unwrap_or(Command::Words(Vec::new()))),
        notices: notices.into_iter().collect(),
    })
}

/// Images that the stages of a Dockerfile begin with, without its own stages.
fn bases(text: &str) -> Vec<String> {
    let mut stages: Vec<String> = vec!["scratch".into()];
    let mut found = Vec::new();
    for (image, name) in text.lines().filter_map(from) {
        if !stages.iter().any(|stage| stage.eq_ignore_ascii_case(image)) && !found.iter().any(|known| known == image) {
            found.push(image.to_owned());
        }
        stages.extend(name.map(str::to_owned));
    }
    found
}

/// The image and the name of a stage: `FROM [--platform=…] image [AS name]`.
fn from(line: &str) -> Option<(&str, Option<&str>)> {
    let mut words = line.split_whitespace();
    words.next().filter(|word| word.eq_ignore_ascii_case("FROM"))?;
    let mut words = words.skip_while(|word| word.starts_with("--"));
    let image = words.next()?;
    let name = words.next().filter(|word| word.eq_ignore_ascii_case("AS")).and_then(|_| words.next());
    Some((image, name))
}

fn replaced(text: &str, bases: &[String], image: &str, file: &Place) -> Result<String, BuildProblem> {
    let [base] = bases else {
        let bases: Vec<String> = bases.iter().map(|base| format!("`{base}`")).collect();
        return Err(BuildProblem::SeveralBases { file: file.file.clone(), bases: bases.join(", ") });
    };
    let line = |line: &str| match from(line) {
        Some((found, _)) if found == base => line.replacen(base.as_str(), image, 1),
        _ => line.to_owned(),
    };
    Ok(text.lines().map(line).collect::<Vec<_>>().join("\n") + "\n")
}

/// `${BASE}` as what was given for it, else as its `ARG` says.
fn filled(base: &str, text: &str, arguments: &BTreeMap<String, String>) -> String {
    let Some(name) = base.strip_prefix('$') else { return base.to_owned() };
    let name = name.trim_start_matches('{').trim_end_matches('}');
    let (name, fallback) = name.split_once(":-").map_or((name, None), |(name, fallback)| (name, Some(fallback)));
    let declared =
        text.lines().filter_map(|line| line.trim().strip_prefix("ARG ")).find_map(|line| line.trim().split_once('='));
    let declared = declared.filter(|(known, _)| *known == name).map(|(_, value)| value.trim_matches('"'));
    let known = arguments.get(name).map(String::as_str).or(declared).or(fallback);
    known.unwrap_or(base).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAGES: &str = "ARG BASE=python:3.12\nFROM ${BASE} AS tools\nRUN x\nfrom --platform=linux/amd64 ${BASE}\nCOPY --from=tools a b\nFROM tools\n";

    #[test]
    fn stages_of_its_own_are_no_bases() {
        assert_eq!(bases(STAGES), ["${BASE}"]);
        assert_eq!(bases("FROM a AS b\nFROM B\nFROM c\nFROM scratch\n"), ["a", "c"]);
    }

    #[test]
    fn the_one_base_is_replaced_wherever_it_stands() {
        let place = Place::file("Dockerfile");
        let text = replaced(STAGES, &bases(STAGES), "mine:1", &place).unwrap();
        assert_eq!(text.matches("mine:1").count(), 2, "{text}");
        assert!(text.contains("FROM mine:1 AS tools\n") && text.contains("FROM tools\n"), "{text}");
        let several = replaced("", &["a".into(), "b".into()], "mine:1", &place).unwrap_err();
        assert!(several.to_string().ends_with("`a`, `b`"), "{several}");
    }

    #[test]
    fn a_base_in_a_variable_is_looked_up() {
        let given = BTreeMap::from([("BASE".to_owned(), "other:2".to_owned())]);
        assert_eq!(filled("${BASE}", STAGES, &BTreeMap::new()), "python:3.12");
        assert_eq!(filled("${BASE}", STAGES, &given), "other:2");
        assert_eq!(filled("${X:-y}", STAGES, &given), "y");
        assert_eq!(filled("plain", STAGES, &given), "plain");
    }
}
