use super::tokens::{Line, Token, lines};

/// What stands at the outermost level of a source, as far as it tells what the source is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outline {
    /// What it imports, wherever in it.
    pub imports: Vec<Import>,
    /// Names that are given what a call makes: `app = FastAPI()`.
    pub objects: Vec<Object>,
    /// The line of `if __name__ == "__main__":`.
    pub main: Option<u32>,
}

/// A module that is imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// The line, from one.
    pub line: u32,
    /// Its whole name; with a point before it where it is seen from the source's own package.
    pub module: String,
    /// What is taken out of it: `from module import name`.
    pub names: Vec<String>,
}

/// A name that is given what a call makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// The line, from one.
    pub line: u32,
    /// The name: `app`.
    pub name: String,
    /// What is called, by the last part of its name: `FastAPI`.
    pub maker: String,
}

impl Outline {
    /// Reads a source. What cannot be read is left out.
    pub fn of(text: &str) -> Self {
        let mut outline = Self::default();
        for line in lines(text).0 {
            outline.imports.extend(imports(&line));
            if line.indent == 0 {
                outline.objects.extend(object(&line));
                outline.main = outline.main.or_else(|| main(&line));
            }
        }
        outline
    }

    /// The line that imports a module, or something out of it.
    pub fn line_of(&self, module: &str) -> Option<u32> {
        let first = |import: &&Import| import.module.split('.').next() == Some(module);
        self.imports.iter().find(first).map(|import| import.line)
    }

    /// What a call of one of these makes.
    pub fn made_by(&self, makers: &[&str]) -> Option<&Object> {
        self.objects.iter().find(|object| makers.contains(&object.maker.as_str()))
    }
}

fn imports(line: &Line) -> Vec<Import> {
    match line.tokens.as_slice() {
        [(at, Token::Name(word)), rest @ ..] if word == "import" => {
            let parts = rest.split(|(_, token)| *token == Token::Sign(','));
            let import = |part: &[(u32, Token)]| Import { line: *at, module: dotted(part), names: Vec::new() };
            parts.map(import).filter(|import| !import.module.is_empty()).collect()
        }
        [(at, Token::Name(word)), rest @ ..] if word == "from" => {
            let end = rest.iter().position(|(_, token)| is_word(token, "import")).unwrap_or(rest.len());
            let names = rest[end..].split(|(_, token)| matches!(token, Token::Sign(',' | '(' | ')'))).map(|part| {
                let part = part.iter().filter(|(_, token)| !is_word(token, "import"));
                dotted(&part.take(1).cloned().collect::<Vec<_>>())
            });
            let names = names.filter(|name| !name.is_empty()).collect();
            vec![Import { line: *at, module: dotted(&rest[..end]), names }]
        }
        _ => Vec::new(),
    }
}

/// `name = maker(…)`, with or without a type.
fn object(line: &Line) -> Option<Object> {
    let (at, Token::Name(name)) = line.tokens.first()? else { return None };
    let is = line.tokens.iter().position(|(_, token)| *token == Token::Sign('='))?;
    if is != 1 && line.tokens[1].1 != Token::Sign(':') {
        return None;
    }
    let value = &line.tokens[is + 1..];
    let open = value.iter().position(|(_, token)| *token == Token::Sign('('))?;
    let called = dotted(&value[..open]);
    let plain = !called.is_empty() && value[..open].iter().all(|(_, token)| is_part(token));
    let maker = called.rsplit('.').next().unwrap_or_default().to_owned();
    plain.then(|| Object { line: *at, name: name.clone(), maker })
}

fn main(line: &Line) -> Option<u32> {
    match line.tokens.as_slice() {
        [(at, first), (_, second), ..] if is_word(first, "if") && is_word(second, "__name__") => Some(*at),
        _ => None,
    }
}

fn is_word(token: &Token, word: &str) -> bool {
    matches!(token, Token::Name(name) if name == word)
}

fn is_part(token: &Token) -> bool {
    matches!(token, Token::Name(_) | Token::Sign('.'))
}

/// `a.b.c`, up to the first piece that belongs to no name.
fn dotted(tokens: &[(u32, Token)]) -> String {
    let parts = tokens.iter().take_while(|(_, token)| is_part(token) && !is_word(token, "as"));
    parts.map(|(_, token)| if let Token::Name(name) = token { name.as_str() } else { "." }).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn modules(text: &str) -> Vec<(u32, String)> {
        Outline::of(text).imports.into_iter().map(|import| (import.line, import.module)).collect()
    }

    #[test]
    fn imports_are_found_wherever_they_stand() {
        for (text, expected) in [
            ("import os, a.b as c\r\nimport streamlit", vec![(1, "os"), (1, "a.b"), (2, "streamlit")]),
            ("from flask import (\n  Flask,\n  g as h,\n)", vec![(1, "flask")]),
            ("from . import one", vec![(1, ".")]),
            ("from .one import two", vec![(1, ".one")]),
            ("def f():\n    import gradio", vec![(2, "gradio")]),
            ("try: import x\nexcept: pass", vec![]),
            ("s = '''\nimport no\n'''\n# import no\nx = \"import no\"", vec![]),
        ] {
            let expected: Vec<_> = expected.into_iter().map(|(line, name)| (line, name.to_owned())).collect();
            assert_eq!(modules(text), expected, "{text}");
        }
        assert_eq!(Outline::of("from a import (b as c,\n d)").imports[0].names, ["b", "d"]);
    }

    #[test]
    fn objects_are_told_by_what_makes_them() {
        let object = |text: &str| Outline::of(text).objects.pop().map(|object| (object.name, object.maker));
        let app = |maker: &str| Some(("app".to_owned(), maker.to_owned()));
        assert_eq!(object("app = fastapi.FastAPI(title='x')"), app("FastAPI"));
        assert_eq!(object("app: Flask = Flask(__name__)"), app("Flask"));
        assert_eq!(object("  app = Flask(__name__)"), None);
        assert_eq!(object("app = x[0](1)"), None);
        assert_eq!(object("app == Flask()"), None);
        assert_eq!(object("app.run(a=1)"), None);
        assert_eq!(Outline::of("\nif __name__ == '__main__':\n  x()").main, Some(2));
    }

    proptest! {
        #[test]
        fn any_text_has_an_outline(text in "(?s).*") {
            let _ = Outline::of(&text);
        }

        #[test]
        fn broken_python_has_one_too(text in "(import |from |as |a|=|\\(|\\)|,|\\.|:|\n| |'|\"|if __name__|\\\\){0,40}") {
            let _ = Outline::of(&text);
        }
    }
}
