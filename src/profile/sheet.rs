//! One profile file, read alone: the passes of syntax and of shape.
//!
//! A file is a tree of tables with values at its leaves. A value stands plainly, or as
//! `{ value = …, source = "…" }`; a table's `source` covers every value below it.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::key::{join, nearest};
use super::kind::{Kind, Mismatch, describe, in_backticks};
use super::problem::{Pass, Problem};
use super::settings::Held;
use super::vocabulary::{self, Place, Setting};
use super::{Confidence, Layer, Origin, Source};

/// What one file says, before any inheritance.
#[derive(Debug, Clone, Default)]
pub(super) struct Sheet {
    /// The file to inherit from, where it names one, and the line that names it.
    pub(super) inherits: Option<(String, u32)>,
    /// Its sources, and the line each begins at.
    pub(super) sources: BTreeMap<String, (Source, u32)>,
    /// Its values, by key.
    pub(super) values: Vec<(String, Held)>,
}

/// Why a file could not be read.
#[derive(Debug, Clone)]
pub(super) struct Faults {
    pub(super) pass: Pass,
    pub(super) problems: Vec<Problem>,
}

/// Reads a file. `layer` is who speaks in it.
pub(super) fn read(file: &str, text: &str, layer: Layer) -> Result<Sheet, Faults> {
    let lines = Lines::of(text);
    let (root, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        let problems = errors.iter().map(|error| syntax_problem(file, &lines, error)).collect();
        return Err(Faults { pass: Pass::Syntax, problems });
    }
    let mut reading = Reading { file, lines, layer, sheet: Sheet::default(), problems: Vec::new() };
    reading.root(root.get_ref());
    if reading.problems.is_empty() {
        return Ok(reading.sheet);
    }
    reading.problems.sort_by_key(|problem| problem.line);
    Err(Faults { pass: Pass::Shape, problems: reading.problems })
}

fn syntax_problem(file: &str, lines: &Lines, error: &toml::de::Error) -> Problem {
    Problem {
        file: file.to_owned(),
        line: error.span().map(|span| lines.line(span.start)),
        key: String::new(),
        found: format!("a mistake of syntax: {}", error.message()),
        expected: "a TOML file".into(),
        hint: None,
    }
}

struct Reading<'t> {
    file: &'t str,
    lines: Lines,
    layer: Layer,
    sheet: Sheet,
    problems: Vec<Problem>,
}

type Leaf<'i> = Spanned<DeValue<'i>>;

impl Reading<'_> {
    /// The words that only the top of a file knows, then the families.
    fn root(&mut self, root: &DeTable<'_>) {
        let source = self.source_of(root, &[]);
        for (name, value) in root {
            match name.get_ref().as_ref() {
                "inherits" => self.inherits(value),
                "sources" => self.sources(value),
                _ => self.entry(name, value, &[], source.as_deref()),
            }
        }
    }

    fn inherits(&mut self, value: &Leaf<'_>) {
        if let Some(text) = self.text("inherits", Kind::Text, value) {
            self.sheet.inherits = Some((text, self.line(value)));
        }
    }

    fn table(&mut self, table: &DeTable<'_>, at: &[String], inherited: Option<&str>) {
        let own = self.source_of(table, at);
        for (name, value) in table {
            self.entry(name, value, at, own.as_deref().or(inherited));
        }
    }

    fn entry(&mut self, name: &Spanned<DeString<'_>>, value: &Leaf<'_>, at: &[String], source: Option<&str>) {
        if name.get_ref() == "source" {
            return;
        }
        let path = [at, &[name.get_ref().to_string()]].concat();
        match (vocabulary::place(&path), value.get_ref()) {
            (Place::Setting(setting), _) => self.setting(setting, &path, value, source),
            (Place::Table, DeValue::Table(table)) => self.table(table, &path, source),
            (Place::Table, other) => self.problem(value, &path, said(describe(other), "a table of settings")),
            (Place::Unknown, _) => self.unknown(&path, self.lines.line(name.span().start)),
        }
    }

    fn setting(&mut self, setting: &Setting, path: &[String], leaf: &Leaf<'_>, covering: Option<&str>) {
        let (value, own) = match leaf.get_ref() {
            DeValue::Table(table) => {
                let Some(value) = self.long_form(table, path, leaf) else { return };
                (value, self.source_of(table, path))
            }
            _ => (leaf, None),
        };
        match setting.read_toml(value.get_ref()) {
            Ok(read) => {
                let source = own.or_else(|| covering.map(str::to_owned));
                let origin =
                    Origin { layer: self.layer, place: self.file.to_owned(), line: Some(self.line(value)), source };
                self.sheet.values.push((join(path), Held { value: read, origin }));
            }
            Err(mismatch) => self.mismatch(setting, path, value, mismatch),
        }
    }

    /// The value inside `{ value = …, source = "…" }`.
    fn long_form<'v, 'i>(&mut self, table: &'v DeTable<'i>, path: &[String], leaf: &Leaf<'_>) -> Option<&'v Leaf<'i>> {
        for (name, _) in table {
            let word = name.get_ref().as_ref();
            if word != "value" && word != "source" {
                let at = [path, &[word.to_owned()]].concat();
                let line = self.lines.line(name.span().start);
                self.push(line, join(&at), said("an unknown word", "`value` and `source` only"));
            }
        }
        let value = table.get("value");
        if value.is_none() {
            self.problem(leaf, path, said("a table without `value`", "`{ value = …, source = \"…\" }`"));
        }
        value
    }

    fn mismatch(&mut self, setting: &Setting, path: &[String], value: &Leaf<'_>, mismatch: Mismatch) {
        let word = match value.get_ref() {
            DeValue::String(text) => Some(text.as_ref()),
            _ => None,
        };
        let meant = match (setting.kind, word) {
            (Kind::OneOf(words), Some(word)) => nearest(word, words.iter().copied()),
            _ => None,
        };
        let hint = meant.map(|word| format!("did you mean `{word}`?"));
        let expected = if setting.optional && word == Some("none") { setting.expected() } else { mismatch.expected };
        self.push(self.line(value), join(path), Said { hint, ..said(mismatch.found, expected) });
    }

    fn unknown(&mut self, path: &[String], line: u32) {
        let hint = vocabulary::nearest(path).map(|meant| format!("did you mean `{meant}`?"));
        let (_, parents) = path.split_last().unwrap_or((&path[0], &[]));
        let known = vocabulary::names_under(parents);
        let expected =
            if known.is_empty() { "a known setting".into() } else { format!("one of {}", in_backticks(&known)) };
        self.push(line, join(path), Said { hint, ..said("an unknown setting", expected) });
    }

    fn sources(&mut self, value: &Leaf<'_>) {
        let DeValue::Table(table) = value.get_ref() else {
            return self.problem(value, &["sources".into()], said("no table", "a table of sources"));
        };
        for (name, value) in table {
            let path = ["sources".to_owned(), name.get_ref().to_string()];
            match value.get_ref() {
                DeValue::Table(fields) => self.one_source(&path, fields, value),
                other => self.problem(value, &path, said(describe(other), "a table with `url`, `date`, `confidence`")),
            }
        }
    }

    fn one_source(&mut self, path: &[String; 2], fields: &DeTable<'_>, at: &Leaf<'_>) {
        const CONFIDENCE: Kind = Kind::OneOf(Confidence::NAMES);
        for (name, value) in fields {
            if !["url", "date", "confidence", "note"].contains(&name.get_ref().as_ref()) {
                let at = [path[0].clone(), path[1].clone(), name.get_ref().to_string()];
                self.problem(value, &at, said("an unknown word", "`url`, `date`, `confidence` or `note`"));
            }
        }
        let mut field = |name: &str, kind: Kind| {
            if let Some(value) = fields.get(name) {
                return self.text(&join(&[&path[0], &path[1], name]), kind, value);
            }
            self.problem(at, path, said(format!("no `{name}`"), "`url`, `date` and `confidence`"));
            None
        };
        let (url, date) = (field("url", Kind::Text), field("date", Kind::Date));
        let confidence = field("confidence", CONFIDENCE).and_then(|word| Confidence::from_name(&word));
        let note =
            fields.get("note").and_then(|value| self.text(&join(&[&path[0], &path[1], "note"]), Kind::Text, value));
        if let (Some(url), Some(date), Some(confidence)) = (url, date, confidence) {
            let line = self.line(at);
            self.sheet.sources.insert(path[1].clone(), (Source { url, date, confidence, note }, line));
        }
    }

    /// The name of the source that a table gives to what is in it.
    fn source_of(&mut self, table: &DeTable<'_>, at: &[String]) -> Option<String> {
        let value = table.get("source")?;
        let key = [at, &["source".to_owned()]].concat();
        self.text(&join(&key), Kind::Text, value)
    }

    fn text(&mut self, key: &str, kind: Kind, value: &Leaf<'_>) -> Option<String> {
        match kind.read_toml(value.get_ref()) {
            Ok(read) => Some(read.to_string()),
            Err(mismatch) => {
                self.push(self.line(value), key.to_owned(), said(mismatch.found, mismatch.expected));
                None
            }
        }
    }

    fn line(&self, value: &Leaf<'_>) -> u32 {
        self.lines.line(value.span().start)
    }

    fn problem(&mut self, at: &Leaf<'_>, path: &[String], said: Said) {
        self.push(self.line(at), join(path), said);
    }

    fn push(&mut self, line: u32, key: String, said: Said) {
        let Said { found, expected, hint } = said;
        self.problems.push(Problem { file: self.file.to_owned(), line: Some(line), key, found, expected, hint });
    }
}

/// The words of a problem, before its place is known.
struct Said {
    found: String,
    expected: String,
    hint: Option<String>,
}

fn said(found: impl Into<String>, expected: impl Into<String>) -> Said {
    Said { found: found.into(), expected: expected.into(), hint: None }
}

/// Where the lines of a text begin.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1).collect())
    }

    /// The line of a byte, from one.
    fn line(&self, at: usize) -> u32 {
        u32::try_from(self.0.partition_point(|start| *start <= at) + 1).unwrap_or(u32::MAX)
    }
}
