use crate::project::python::{Broken, Line, Token, lines};
use crate::project::{Folder, Place};

/// A value that stands in the source as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::check) enum Value {
    /// A text.
    Text(String),
    /// A whole number.
    Number(i64),
    /// Anything that is known only when the source runs.
    Other,
}

/// A module that is imported, by its whole name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::check) struct Import {
    pub(super) line: u32,
    pub(super) module: String,
    /// Whether its absence was thought of: under `try`, or for type checkers alone.
    pub(super) guarded: bool,
}

/// A call: `uvicorn.run(app, port=8000)`. What it calls is told by the name it was imported from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::check) struct Call {
    pub(super) line: u32,
    pub(super) name: String,
    pub(super) arguments: Vec<(Option<String>, Value)>,
}

/// A name or key that is given a plain value: `MAIL_PORT = 587`, `app.config["MAIL_PORT"] = 587`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::check) struct Assign {
    pub(super) line: u32,
    pub(super) name: String,
    pub(super) value: Value,
}

/// Something that is read by its keys: `st.secrets["db"].password`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::check) struct Read {
    pub(super) line: u32,
    /// What it belongs to and its keys: `streamlit`, `secrets`, `db`, `password`.
    pub(super) path: Vec<String>,
    /// Whether it is set there.
    pub(super) stored: bool,
    /// Whether its absence was thought of.
    pub(super) guarded: bool,
}

/// A source of Python, as far as checks ask.
#[derive(Debug, Default)]
pub(in crate::check) struct Source {
    pub(super) path: String,
    pub(super) imports: Vec<Import>,
    pub(super) calls: Vec<Call>,
    pub(super) assigns: Vec<Assign>,
    pub(super) reads: Vec<Read>,
    pub(super) texts: Vec<(u32, String)>,
    pub(super) broken: Option<Broken>,
    /// Names and what they were imported as.
    names: Vec<(String, String)>,
}

impl Value {
    /// The text, where it is one.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl Call {
    /// The argument with this name.
    pub(super) fn keyword(&self, name: &str) -> Option<&Value> {
        self.arguments.iter().find(|(keyword, _)| keyword.as_deref() == Some(name)).map(|(_, value)| value)
    }

    /// The argument at this place among those without a name.
    pub(super) fn positional(&self, at: usize) -> Option<&Value> {
        self.arguments.iter().filter(|(keyword, _)| keyword.is_none()).nth(at).map(|(_, value)| value)
    }
}

impl Source {
    /// Reads a source.
    pub(in crate::check) fn read(path: &str, text: &str) -> Self {
        let (lines, broken) = lines(text);
        let mut source = Self { path: path.to_owned(), broken, ..Self::default() };
        let mut guards: Vec<usize> = Vec::new();
        for line in &lines {
            while guards.last().is_some_and(|indent| line.indent <= *indent) {
                guards.pop();
            }
            source.line_of_code(line, !guards.is_empty());
            if guards_what_follows(line) {
                guards.push(line.indent);
            }
        }
        source
    }

    pub(super) fn place(&self, line: u32) -> Place {
        Place::line(&self.path, line)
    }

    /// The text of a line.
    pub(super) fn line<'f>(&self, folder: &'f Folder, line: u32) -> Option<&'f str> {
        folder.text(&self.path)?.lines().nth(line.checked_sub(1)? as usize)
    }

    /// Whether it imports a module or something out of it.
    pub(super) fn imports_module(&self, module: &str) -> bool {
        self.imports.iter().any(|import| import.module.split('.').next() == Some(module))
    }

    /// Secrets that are read so that their absence ends the page: the line, and the key from the root.
    pub(super) fn secrets_read(&self) -> impl Iterator<Item = (u32, String)> {
        self.reads.iter().filter(|read| !read.stored && !read.guarded).filter_map(|read| match read.path.as_slice() {
            [module, secrets, keys @ ..] if module == "streamlit" && secrets == "secrets" && !keys.is_empty() => {
                Some((read.line, keys.join(".")))
            }
            _ => None,
        })
    }

    /// Variables that are read so that their absence ends the app.
    pub(super) fn variables_read(&self) -> impl Iterator<Item = (u32, String)> {
        self.variables(false).map(|(line, name)| (line, name.to_owned()))
    }

    /// Variables that the code sets itself.
    pub(super) fn variables_set(&self) -> impl Iterator<Item = &str> {
        self.variables(true).map(|(_, name)| name)
    }

    fn variables(&self, stored: bool) -> impl Iterator<Item = (u32, &str)> {
        let wanted = self.reads.iter().filter(move |read| read.stored == stored && (stored || !read.guarded));
        wanted.filter_map(|read| match read.path.as_slice() {
            [os, environ, name] if os == "os" && environ == "environ" => Some((read.line, name.as_str())),
            _ => None,
        })
    }

    fn line_of_code(&mut self, line: &Line, guarded: bool) {
        let tokens = line.tokens.as_slice();
        match tokens.first() {
            Some((_, Token::Name(word))) if word == "import" => self.plain_imports(&tokens[1..], guarded),
            Some((_, Token::Name(word))) if word == "from" => self.imports_from(&tokens[1..], guarded),
            _ => self.expressions(tokens, guarded),
        }
    }

    /// `import a.b as c, d`
    fn plain_imports(&mut self, tokens: &[(u32, Token)], guarded: bool) {
        for part in tokens.split(|(_, token)| *token == Token::Sign(',')) {
            let Some((line, _)) = part.first() else { continue };
            let module = dotted(part);
            let name = alias(part).unwrap_or_else(|| module.split('.').next().unwrap_or_default().to_owned());
            let full = if alias(part).is_some() { module.clone() } else { name.clone() };
            self.names.push((name, full));
            self.imports.push(Import { line: *line, module, guarded });
        }
    }

    /// `from a.b import c as d, e`; what begins with a point is the project's own.
    fn imports_from(&mut self, tokens: &[(u32, Token)], guarded: bool) {
        let Some((line, Token::Name(_))) = tokens.first() else { return };
        let module = dotted(tokens);
        let is_import = |(_, token): &(u32, Token)| *token == Token::Name("import".into());
        let names = tokens.iter().position(is_import).map_or(&[][..], |at| &tokens[at + 1..]);
        for part in names.split(|(_, token)| matches!(token, Token::Sign(',' | '(' | ')'))) {
            if let Some((_, Token::Name(word))) = part.first() {
                self.names.push((alias(part).unwrap_or_else(|| word.clone()), format!("{module}.{word}")));
            }
        }
        // `from google.cloud import storage`: the package is told by the whole name.
        let whole = match names.first() {
            Some((_, Token::Name(word))) if module.contains('.') || module == "google" => format!("{module}.{word}"),
            _ => module,
        };
        self.imports.push(Import { line: *line, module: whole, guarded });
    }

    fn expressions(&mut self, tokens: &[(u32, Token)], guarded: bool) {
        self.assign(tokens);
        let defines = matches!(tokens.first(), Some((_, Token::Name(word))) if word == "def" || word == "class" || word == "async");
        for (at, (line, token)) in tokens.iter().enumerate() {
            let inside_chain = at > 0 && tokens[at - 1].1 == Token::Sign('.');
            match token {
                Token::Text(text) => self.texts.push((*line, text.clone())),
                Token::Name(_) if !(inside_chain && follows_name(tokens, at) || defines && at < 3) => {
                    self.chain(tokens, at, guarded);
                }
                _ => {}
            }
        }
    }

    /// `a.b["c"].d(…)` from its first name on.
    fn chain(&mut self, tokens: &[(u32, Token)], start: usize, guarded: bool) {
        let Token::Name(first) = &tokens[start].1 else { return };
        let detached = start > 0 && tokens[start - 1].1 == Token::Sign('.');
        let full = if detached { format!("?.{first}") } else { self.resolved(first) };
        let mut path: Vec<String> = full.split('.').map(str::to_owned).collect();
        let (mut at, mut keyed) = (start + 1, false);
        loop {
            match &tokens[at.min(tokens.len())..] {
                [(_, Token::Sign('.')), (_, Token::Name(name)), ..] => {
                    path.push(name.clone());
                    at += 2;
                }
                [(_, Token::Sign('[')), (_, Token::Text(key)), (_, Token::Sign(']')), ..] => {
                    path.push(key.clone());
                    keyed = true;
                    at += 3;
                }
                _ => break,
            }
        }
        let line = tokens[start].0;
        if matches!(tokens.get(at), Some((_, Token::Sign('(')))) {
            if !keyed {
                self.calls.push(Call { line, name: path.join("."), arguments: arguments(&tokens[at + 1..]) });
            }
            path.pop();
        }
        if path.len() > 1 {
            let stored = start == 0
                && matches!(tokens.get(at), Some((_, Token::Sign('='))))
                && !matches!(tokens.get(at + 1), Some((_, Token::Sign('='))));
            self.reads.push(Read { line, path, stored, guarded });
        }
    }

    /// `NAME = value`, `a.NAME = value`, `a["NAME"] = value`
    fn assign(&mut self, tokens: &[(u32, Token)]) {
        let Some(at) = tokens.iter().position(|(_, token)| *token == Token::Sign('=')) else { return };
        let name = match &tokens[..at] {
            [.., (line, Token::Name(name))] | [.., (line, Token::Text(name)), (_, Token::Sign(']'))] => {
                (*line, name.clone())
            }
            _ => return,
        };
        let value = value(&tokens[at + 1..]);
        if value != Value::Other {
            self.assigns.push(Assign { line: name.0, name: name.1, value });
        }
    }

    /// A name as what it was imported from.
    fn resolved(&self, name: &str) -> String {
        let known = self.names.iter().rev().find(|(local, _)| local == name);
        known.map_or_else(|| name.to_owned(), |(_, full)| full.clone())
    }
}

/// Whether the lines below have thought of what may be absent.
fn guards_what_follows(line: &Line) -> bool {
    let word = |at: usize| match line.tokens.get(at) {
        Some((_, Token::Name(word))) => word.as_str(),
        _ => "",
    };
    let names = |wanted: &[&str]| {
        line.tokens.iter().any(|(_, token)| matches!(token, Token::Name(name) if wanted.contains(&name.as_str())))
    };
    match word(0) {
        "try" | "except" => true,
        "if" | "elif" => names(&["TYPE_CHECKING", "environ", "getenv", "secrets", "find_spec", "hasattr", "platform"]),
        "with" => names(&["suppress"]),
        _ => false,
    }
}

/// Whether the point before `at` follows a name, so that the chain began further left.
fn follows_name(tokens: &[(u32, Token)], at: usize) -> bool {
    match at.checked_sub(2).map(|before| &tokens[before].1) {
        Some(Token::Name(_)) => true,
        Some(Token::Sign(']')) => matches!(at.checked_sub(3).map(|before| &tokens[before].1), Some(Token::Text(_))),
        _ => false,
    }
}

fn dotted(tokens: &[(u32, Token)]) -> String {
    let mut name = String::new();
    for (_, token) in tokens {
        match token {
            Token::Name(word) if word == "import" || word == "as" => break,
            Token::Name(word) => name.push_str(word),
            Token::Sign('.') => name.push('.'),
            _ => break,
        }
    }
    name
}

fn alias(part: &[(u32, Token)]) -> Option<String> {
    part.windows(2).find_map(|pair| match pair {
        [(_, Token::Name(word)), (_, Token::Name(name))] if word == "as" => Some(name.clone()),
        _ => None,
    })
}

/// The arguments of a call, from behind its bracket on.
fn arguments(tokens: &[(u32, Token)]) -> Vec<(Option<String>, Value)> {
    let (mut depth, mut begin, mut parts) = (0_usize, 0, Vec::new());
    for (at, (_, token)) in tokens.iter().enumerate() {
        match token {
            Token::Sign('(' | '[' | '{') => depth += 1,
            Token::Sign(')' | ']' | '}') if depth == 0 => {
                parts.push(&tokens[begin..at]);
                break;
            }
            Token::Sign(')' | ']' | '}') => depth -= 1,
            Token::Sign(',') if depth == 0 => {
                parts.push(&tokens[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    parts.retain(|part| !part.is_empty());
    parts.into_iter().map(argument).collect()
}

fn argument(part: &[(u32, Token)]) -> (Option<String>, Value) {
    match part {
        [(_, Token::Name(name)), (_, Token::Sign('=')), rest @ ..]
            if !matches!(rest.first(), Some((_, Token::Sign('=')))) =>
        {
            (Some(name.clone()), value(rest))
        }
        part => (None, value(part)),
    }
}

fn value(tokens: &[(u32, Token)]) -> Value {
    match tokens {
        [(_, Token::Text(text))] => Value::Text(text.clone()),
        [(_, Token::Number(number))] => number.replace('_', "").parse().map_or(Value::Other, Value::Number),
        // `16 * 1024 * 1024`
        [(_, Token::Number(_)), (_, Token::Sign('*')), rest @ ..] => match (value(&tokens[..1]), value(rest)) {
            (Value::Number(one), Value::Number(other)) => one.checked_mul(other).map_or(Value::Other, Value::Number),
            _ => Value::Other,
        },
        _ => Value::Other,
    }
}
