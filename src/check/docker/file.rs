/// One instruction of a Dockerfile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::check) struct Instruction {
    /// The line it begins on, from one.
    pub(in crate::check) line: u32,
    /// Its word in capitals: `CMD`.
    pub(in crate::check) word: String,
    /// The rest, in one line, without the comments between its lines.
    pub(in crate::check) rest: String,
}

impl Instruction {
    /// The words of the exec form, `["a", "b"]`; `None` for the shell form.
    pub(in crate::check) fn exec(&self) -> Option<Vec<String>> {
        serde_json::from_str(&self.rest).ok()
    }

    /// The words after the flags: `--from=…`.
    pub(in crate::check) fn operands(&self) -> Vec<&str> {
        self.rest.split_whitespace().skip_while(|word| word.starts_with("--")).collect()
    }

    /// The value of a flag: `--platform=…`.
    pub(in crate::check) fn flag(&self, name: &str) -> Option<&str> {
        let flags = self.rest.split_whitespace().take_while(|word| word.starts_with("--"));
        flags
            .filter_map(|word| word.strip_prefix("--")?.split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    }
}

/// The instructions of the stage that is shipped: the last one.
pub(in crate::check) fn last_stage(text: &str) -> Vec<Instruction> {
    let all = instructions(text);
    let from = all.iter().rposition(|instruction| instruction.word == "FROM").unwrap_or(0);
    all.into_iter().skip(from).collect()
}

/// All instructions. Texts after `<<EOF` belong to the instruction before them and are left out.
pub(in crate::check) fn instructions(text: &str) -> Vec<Instruction> {
    let mut found: Vec<Instruction> = Vec::new();
    let mut open: Option<(u32, String)> = None;
    let mut heredoc: Option<String> = None;
    for (number, line) in (1..).zip(text.lines()) {
        let plain = line.trim();
        if let Some(end) = &heredoc {
            if plain == end {
                heredoc = None;
            }
            continue;
        }
        if plain.is_empty() || plain.starts_with('#') {
            continue;
        }
        let (begun, mut words) = open.take().unwrap_or((number, String::new()));
        let (part, goes_on) = plain.strip_suffix('\\').map_or((plain, false), |part| (part, true));
        words.push_str(part);
        if goes_on {
            words.push(' ');
            open = Some((begun, words));
        } else {
            heredoc = heredoc_end(&words);
            found.extend(instruction(begun, &words));
        }
    }
    found.extend(open.and_then(|(begun, words)| instruction(begun, &words)));
    found
}

fn instruction(line: u32, words: &str) -> Option<Instruction> {
    let (word, rest) = words.trim().split_once(char::is_whitespace).unwrap_or((words.trim(), ""));
    let is_word = !word.is_empty() && word.chars().all(|letter| letter.is_ascii_alphabetic());
    is_word.then(|| Instruction { line, word: word.to_ascii_uppercase(), rest: rest.trim().to_owned() })
}

/// The word that ends the text that an instruction announces: `RUN <<EOF`.
fn heredoc_end(words: &str) -> Option<String> {
    let announces =
        words.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("run ") || start.eq_ignore_ascii_case("copy"));
    let (_, after) = words.split_once("<<").filter(|_| announces)?;
    let end = after.trim_start_matches('-').split_whitespace().next()?.trim_matches(['"', '\'']);
    let is_name = !end.is_empty() && end.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    is_name.then(|| end.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(text: &str) -> Vec<String> {
        instructions(text).iter().map(|found| format!("{} {}|{}", found.line, found.word, found.rest)).collect()
    }

    #[test]
    fn lines_that_go_on_comments_and_texts_are_read_as_docker_does() {
        let text = "# syntax=x\r\nfrom python:3.12 as a\r\nRUN apt-get update \\\n  # why\n  && true\nRUN <<EOF\nCMD no\nEOF\ncmd [\"a\", \"b\"]\n";
        assert_eq!(
            told(text),
            ["2 FROM|python:3.12 as a", "3 RUN|apt-get update  && true", "6 RUN|<<EOF", "9 CMD|[\"a\", \"b\"]"]
        );
    }

    #[test]
    fn the_last_stage_flags_and_forms() {
        let stage = last_stage("FROM a\nCMD x\nFROM --platform=linux/arm64 b AS run\nCMD [\"x\", \"y\"]");
        assert_eq!(stage.len(), 2);
        assert_eq!((stage[0].flag("platform"), stage[0].operands()[0]), (Some("linux/arm64"), "b"));
        assert_eq!(stage[1].exec(), Some(vec!["x".into(), "y".into()]));
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in "(?s).*") {
            instructions(&text);
        }
    }
}
