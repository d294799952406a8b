/// A piece of JavaScript or TypeScript.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::check) enum Token {
    /// A name or a word of the language.
    Word(String),
    /// A number as it is written.
    Number(String),
    /// A text, without its quotes; of a template only one without `${…}`.
    Text(String),
    /// A template with something filled in.
    Template(String),
    /// Any other character.
    Sign(char),
}

/// The pieces of a source, each with its line. Comments are left out; what cannot be told (a regular
/// expression at an odd place) may come out as signs.
pub(in crate::check) fn tokens(text: &str) -> Vec<(u32, Token)> {
    let mut reader = Reader { rest: text, line: 1, found: Vec::new() };
    while let Some(first) = reader.rest.chars().next() {
        reader.one(first);
    }
    reader.found
}

struct Reader<'t> {
    rest: &'t str,
    line: u32,
    found: Vec<(u32, Token)>,
}

impl<'t> Reader<'t> {
    fn one(&mut self, first: char) {
        if self.rest.starts_with("//") {
            self.take(self.rest.find('\n').unwrap_or(self.rest.len()));
        } else if self.rest.starts_with("/*") {
            self.take(self.rest.find("*/").map_or(self.rest.len(), |end| end + 2));
        } else if matches!(first, '"' | '\'' | '`') {
            self.text(first);
        } else if first == '/' && self.expects_value() {
            self.regular_expression();
        } else if first.is_ascii_digit() {
            let word = self.while_in(|letter| letter.is_ascii_alphanumeric() || letter == '_' || letter == '.');
            self.push(Token::Number(word.to_owned()));
        } else if is_part(first) {
            let word = self.while_in(is_part);
            self.push(Token::Word(word.to_owned()));
        } else {
            if !first.is_whitespace() {
                self.push(Token::Sign(first));
            }
            self.take(first.len_utf8());
        }
    }

    fn text(&mut self, quote: char) {
        let (line, mut escaped, mut end) = (self.line, false, self.rest.len());
        for (at, letter) in self.rest.char_indices().skip(1) {
            // A text in plain quotes that is not closed ends with its line.
            if !escaped && (letter == quote || letter == '\n' && quote != '`') {
                end = at;
                break;
            }
            escaped = letter == '\\' && !escaped;
        }
        let inside = self.rest.get(1..end).unwrap_or_default().to_owned();
        self.take((end + 1).min(self.rest.len()));
        let token = if quote == '`' && inside.contains("${") { Token::Template(inside) } else { Token::Text(inside) };
        self.found.push((line, token));
    }

    fn regular_expression(&mut self) {
        let (mut escaped, mut in_class) = (false, false);
        for (at, letter) in self.rest.char_indices().skip(1) {
            match letter {
                '\n' => break,
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '[' => in_class = true,
                ']' => in_class = false,
                '/' if !in_class => return self.take(at + 1),
                _ => {}
            }
        }
        self.push(Token::Sign('/'));
        self.take(1);
    }

    /// Whether a `/` here begins a regular expression, and does not divide.
    fn expects_value(&self) -> bool {
        match self.found.last() {
            None => true,
            Some((_, Token::Sign(sign))) => !matches!(sign, ')' | ']' | '}'),
            Some((_, Token::Word(word))) => matches!(word.as_str(), "return" | "typeof" | "case" | "in" | "of"),
            Some(_) => false,
        }
    }

    fn while_in(&mut self, is_in: impl Fn(char) -> bool) -> &'t str {
        let end = self.rest.find(|letter| !is_in(letter)).unwrap_or(self.rest.len());
        let word = &self.rest[..end];
        self.take(end);
        word
    }

    fn push(&mut self, token: Token) {
        self.found.push((self.line, token));
    }

    fn take(&mut self, count: usize) {
        let (taken, rest) = self.rest.split_at(count);
        self.line += u32::try_from(taken.matches('\n').count()).unwrap_or(0);
        self.rest = rest;
    }
}

fn is_part(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_' || letter == '$'
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn comments_go_and_texts_stay_whole() {
        let text = "// listen(1)\napp.listen(3000, 'a\\'b') /* \n */ x = /[/'\"]/g\ny = `a${b}` / 2";
        let told: Vec<String> = tokens(text).iter().map(|(line, token)| format!("{line}{token:?}")).collect();
        assert_eq!(
            told.join(" "),
            "2Word(\"app\") 2Sign('.') 2Word(\"listen\") 2Sign('(') 2Number(\"3000\") 2Sign(',') 2Text(\"a\\\\'b\") 2Sign(')') \
             3Word(\"x\") 3Sign('=') 3Word(\"g\") 4Word(\"y\") 4Sign('=') 4Template(\"a${b}\") 4Sign('/') 4Number(\"2\")"
        );
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in "(?s).*") {
            tokens(&text);
        }

        #[test]
        fn odd_quotes_and_slashes_never_panic(text in "[/*'\"`\\\\\n${}é a1.]{0,60}") {
            tokens(&text);
        }
    }
}
