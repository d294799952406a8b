use super::tokens::{Token, tokens};
use crate::project::Place;

/// A source and its pieces.
#[derive(Debug)]
pub(in crate::check) struct Source<'a> {
    pub(super) path: &'a str,
    pub(super) tokens: Vec<(u32, Token)>,
}

/// A call of a function or method: `app.listen(3000)`.
#[derive(Debug)]
pub(super) struct Call<'s> {
    pub(super) line: u32,
    /// The pieces between its brackets.
    pub(super) inside: &'s [(u32, Token)],
}

impl<'a> Source<'a> {
    pub(super) fn read(path: &'a str, text: &str) -> Self {
        Self { path, tokens: tokens(text) }
    }

    pub(super) fn place(&self, line: u32) -> Place {
        Place::line(self.path, line)
    }

    /// Every call of something with this name, whatever it belongs to.
    pub(super) fn calls<'s>(&'s self, name: &'s str) -> impl Iterator<Item = Call<'s>> {
        self.tokens.iter().enumerate().filter_map(move |(at, (line, token))| {
            let named = matches!(token, Token::Word(word) if word == name);
            let opens = matches!(self.tokens.get(at + 1), Some((_, Token::Sign('('))));
            let defines = at > 0 && matches!(&self.tokens[at - 1].1, Token::Word(word) if word == "function");
            (named && opens && !defines).then(|| Call { line: *line, inside: inside(&self.tokens[at + 2..]) })
        })
    }

    /// What a name is given where it is declared: the pieces up to the end of that line.
    pub(super) fn given(&self, name: &str) -> Option<&[(u32, Token)]> {
        let at = self.tokens.windows(3).position(|window| {
            let [(_, Token::Word(kind)), (_, Token::Word(word)), (_, Token::Sign('='))] = window else { return false };
            word == name && matches!(kind.as_str(), "const" | "let" | "var")
        })?;
        let rest = &self.tokens[at + 3..];
        let line = rest.first()?.0;
        let end = rest.iter().position(|(at, token)| *at != line || *token == Token::Sign(';')).unwrap_or(rest.len());
        Some(&rest[..end])
    }

    /// The value of a property: `port: 587`.
    pub(super) fn properties<'s>(tokens: &'s [(u32, Token)], name: &'s str) -> impl Iterator<Item = &'s (u32, Token)> {
        tokens.windows(3).filter_map(move |window| match window {
            [(_, Token::Word(word) | Token::Text(word)), (_, Token::Sign(':')), value] if word == name => Some(value),
            _ => None,
        })
    }
}

impl Call<'_> {
    /// Its arguments, each as its pieces.
    pub(super) fn arguments(&self) -> Vec<&[(u32, Token)]> {
        let mut depth = 0_usize;
        let comma = |(_, token): &(u32, Token)| {
            match token {
                Token::Sign('(' | '[' | '{') => depth += 1,
                Token::Sign(')' | ']' | '}') => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0 && *token == Token::Sign(',')
        };
        self.inside.split(comma).collect()
    }

    /// An argument that is a plain text.
    pub(super) fn text(&self, at: usize) -> Option<String> {
        match self.arguments().get(at)? {
            [(_, Token::Text(text))] => Some(text.clone()),
            _ => None,
        }
    }
}

/// The pieces up to the bracket that closes.
fn inside(tokens: &[(u32, Token)]) -> &[(u32, Token)] {
    let mut depth = 1_usize;
    for (at, (_, token)) in tokens.iter().enumerate() {
        match token {
            Token::Sign('(' | '[' | '{') => depth += 1,
            Token::Sign(')' | ']' | '}') => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &tokens[..at];
        }
    }
    tokens
}
