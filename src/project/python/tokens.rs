/// A piece of Python.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    /// A name or a word of the language.
    Name(String),
    /// A number as it is written.
    Number(String),
    /// A text, without its quotes; escapes as they are written.
    Text(String),
    /// A text with something filled in: `f"…"`.
    Format,
    /// Any other character.
    Sign(char),
}

/// A logical line: what stands between two line ends outside of brackets.
#[derive(Debug, Default)]
pub struct Line {
    /// The column of its first piece.
    pub indent: usize,
    /// Its pieces, each with its line, from one.
    pub tokens: Vec<(u32, Token)>,
}

/// What keeps a source from being read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The line, from one.
    pub line: u32,
    /// What is wrong there.
    pub what: String,
}

/// The logical lines of a source, and what is wrong with it, if anything certainly is.
pub fn lines(text: &str) -> (Vec<Line>, Option<Broken>) {
    let mut reader = Reader {
        rest: text,
        line: 1,
        column: 0,
        open: Vec::new(),
        lines: Vec::new(),
        current: Line::default(),
        broken: None,
    };
    while let Some(first) = reader.rest.chars().next() {
        reader.one(first);
    }
    reader.end_line();
    if let Some((line, bracket)) = reader.open.first() {
        let what = format!("`{bracket}` is opened and not closed");
        reader.broken.get_or_insert(Broken { line: *line, what });
    }
    (reader.lines, reader.broken)
}

struct Reader<'t> {
    rest: &'t str,
    line: u32,
    column: usize,
    open: Vec<(u32, char)>,
    lines: Vec<Line>,
    current: Line,
    broken: Option<Broken>,
}

impl<'t> Reader<'t> {
    fn one(&mut self, first: char) {
        match first {
            '\n' => {
                if self.open.is_empty() {
                    self.end_line();
                }
                self.take(1);
            }
            '#' => self.take(self.rest.find('\n').unwrap_or(self.rest.len())),
            '\\' if self.rest[1..].trim_start_matches('\r').starts_with('\n') => {
                let end = self.rest.find('\n').unwrap_or(0);
                self.take(end + 1);
            }
            '"' | '\'' => self.text("", first),
            first if first.is_ascii_digit() => {
                let word = self.while_in(|letter| letter.is_ascii_alphanumeric() || letter == '_' || letter == '.');
                self.push(Token::Number(word.to_owned()));
            }
            first if first.is_alphabetic() || first == '_' => self.word(),
            first => self.sign(first),
        }
    }

    fn word(&mut self) {
        let end = self.rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(self.rest.len());
        let word = &self.rest[..end];
        let quote = self.rest[end..].chars().next().filter(|next| matches!(next, '"' | '\''));
        let is_prefix = word.len() <= 2 && word.chars().all(|letter| "rRbBuUfFtT".contains(letter));
        if let Some(quote) = quote.filter(|_| is_prefix) {
            return self.text(word, quote);
        }
        self.push(Token::Name(word.to_owned()));
        self.take(end);
    }

    fn sign(&mut self, sign: char) {
        match sign {
            '(' | '[' | '{' => self.open.push((self.line, sign)),
            ')' | ']' | '}' => self.close(sign),
            _ => {}
        }
        if sign == ';' && self.open.is_empty() {
            let indent = self.current.indent;
            self.end_line();
            self.current.indent = indent;
        } else if !sign.is_whitespace() {
            self.push(Token::Sign(sign));
        }
        self.take(sign.len_utf8());
    }

    fn close(&mut self, sign: char) {
        let opened = self.open.pop();
        let fits = matches!((opened, sign), (Some((_, '(')), ')') | (Some((_, '[')), ']') | (Some((_, '{')), '}'));
        if !fits {
            let what = format!("`{sign}` closes what was not opened");
            self.broken.get_or_insert(Broken { line: self.line, what });
        }
    }

    fn text(&mut self, prefix: &str, quote: char) {
        let body = &self.rest[prefix.len()..];
        let triple: String = [quote; 3].iter().collect();
        let width = if body.starts_with(&triple) { 3 } else { 1 };
        let formats = prefix.contains(['f', 'F', 't', 'T']);
        let end = end_of_text(&body[width..], quote, width, formats);
        let line = self.line;
        let inside = if let Some(end) = end {
            &body[width..width + end]
        } else {
            let what = "a text is opened and not closed".to_owned();
            self.broken.get_or_insert(Broken { line, what });
            body[width..].lines().next().unwrap_or_default()
        };
        let token = if formats { Token::Format } else { Token::Text(inside.to_owned()) };
        self.push(token);
        let closing = if end.is_some() { width } else { 0 };
        self.take(prefix.len() + width + inside.len() + closing);
    }

    fn while_in(&mut self, is_in: impl Fn(char) -> bool) -> &'t str {
        let end = self.rest.find(|letter| !is_in(letter)).unwrap_or(self.rest.len());
        let word = &self.rest[..end];
        self.take(end);
        word
    }

    fn push(&mut self, token: Token) {
        if self.current.tokens.is_empty() && self.current.indent == 0 {
            self.current.indent = self.column;
        }
        self.current.tokens.push((self.line, token));
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.current);
        if !line.tokens.is_empty() {
            self.lines.push(line);
        }
    }

    fn take(&mut self, count: usize) {
        let (taken, rest) = self.rest.split_at(count);
        self.line += u32::try_from(taken.matches('\n').count()).unwrap_or(0);
        self.column = taken.rfind('\n').map_or(self.column + count, |at| count - at - 1);
        self.rest = rest;
    }
}

/// Where a text ends: the byte at which its closing quotes begin.
fn end_of_text(body: &str, quote: char, width: usize, formats: bool) -> Option<usize> {
    let closing: String = std::iter::repeat_n(quote, width).collect();
    let (mut escaped, mut depth) = (false, 0_usize);
    for (at, letter) in body.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            // What is filled in may have quotes of its own.
            '{' if formats => depth += 1,
            '}' if formats => depth = depth.saturating_sub(1),
            '\n' if width == 1 => return None,
            _ if depth == 0 && body[at..].starts_with(&closing) => return Some(at),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(text: &str) -> Vec<String> {
        let piece = |(_, token): &(u32, Token)| match token {
            Token::Name(word) | Token::Number(word) => word.clone(),
            Token::Text(text) => format!("'{text}'"),
            Token::Format => "f".to_owned(),
            Token::Sign(sign) => sign.to_string(),
        };
        let line =
            |line: &Line| format!("{}:{}", line.indent, line.tokens.iter().map(piece).collect::<Vec<_>>().join(" "));
        lines(text).0.iter().map(line).collect()
    }

    #[test]
    fn a_source_is_read_as_logical_lines() {
        let text =
            "x = (1,\r\n  'a\\'b') # note\nif x:\n    y = f\"{d[\"k\"]}\"; z = r'\\d'\n'''a\n\"b'''\na = 1 + \\\n  2\n";
        assert_eq!(
            told(text),
            ["0:x = ( 1 , 'a\\'b' )", "0:if x :", "4:y = f", "4:z = '\\d'", "0:'a\n\"b'", "0:a = 1 + 2"]
        );
    }

    #[test]
    fn what_is_certainly_wrong_is_told_with_its_line() {
        let broken = |text| lines(text).1.map(|broken| (broken.line, broken.what));
        assert_eq!(broken("a\nf(1,\nb = 2\n"), Some((2, "`(` is opened and not closed".into())));
        assert_eq!(broken("a = 'b\n"), Some((1, "a text is opened and not closed".into())));
        assert_eq!(broken("a = (1]\n"), Some((1, "`]` closes what was not opened".into())));
        assert_eq!(broken("print(f'{a}')\n\"\"\"x\"\"\"\n"), None);
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in "(?s).*") {
            lines(&text);
        }

        #[test]
        fn odd_quotes_never_panic(text in "[frb'\"{}()\\\\\n\r é;#a1.]{0,60}") {
            lines(&text);
        }
    }
}
