//! One grammar reads both forms. They differ in comments, time stamps and exemplars, none of which is
//! used here; a time stamp and an exemplar are read over, a comment is looked at for a unit alone.

use std::collections::BTreeMap;

/// What an app tells: its points, in its own order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Exposition {
    /// Every sample of every family.
    pub points: Vec<Point>,
    /// Units, by family, where a `# UNIT` says one.
    pub units: BTreeMap<String, String>,
}

/// One sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// `active_sessions`.
    pub name: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Its value. May be infinite, or no number.
    pub value: f64,
}

/// A line that is neither a comment nor a sample.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: found `{found}`, expected {expected}")]
pub struct Slip {
    /// Its number, from one.
    pub line: usize,
    /// Where it went wrong, at most 40 characters of it.
    pub found: String,
    /// What should stand there.
    pub expected: &'static str,
}

const A_NAME: &str = "the name of a metric";
const A_LABEL: &str = "a label such as `kind=\"data\"`, or `}`";
const A_VALUE: &str = "a number";
const THE_END: &str = "the end of the line, a time stamp or an exemplar";

/// What is left of a line, and what should have stood there.
pub(super) type Stuck<'t> = (&'t str, &'static str);

/// Reads a whole answer.
///
/// # Errors
/// The first line that is neither a comment nor a sample.
pub fn parse(text: &str) -> Result<Exposition, Slip> {
    let mut told = Exposition::default();
    for (line, number) in text.lines().zip(1..) {
        let line = line.trim();
        if let Some(comment) = line.strip_prefix('#') {
            told.units.extend(unit(comment));
        } else if !line.is_empty() {
            let point = point(line).map_err(|(found, expected)| slip(number, found, expected))?;
            told.points.push(point);
        }
    }
    Ok(told)
}

fn slip(line: usize, found: &str, expected: &'static str) -> Slip {
    Slip { line, found: found.chars().take(40).collect(), expected }
}

/// `UNIT request_duration_seconds seconds`.
fn unit(comment: &str) -> Option<(String, String)> {
    let mut words = comment.split_whitespace();
    let (word, family, unit) = (words.next()?, words.next()?, words.next()?);
    (word == "UNIT").then(|| (family.to_owned(), unit.to_owned()))
}

fn point(line: &str) -> Result<Point, Stuck<'_>> {
    let (name, labels, rest) = series(line)?;
    let value = rest.split_whitespace().next().unwrap_or_default();
    let number = number(value).ok_or((rest.trim_start(), A_VALUE))?;
    let behind = rest.trim_start()[value.len()..].trim_start();
    let stamped = behind.split('#').next().unwrap_or_default().trim();
    if !stamped.is_empty() && stamped.parse::<f64>().is_err() {
        return Err((behind, THE_END));
    }
    Ok(Point { name, labels, value: number })
}

/// `NaN`, `+Inf` and what Rust reads as a number; `infinity` is a word of Rust's alone.
fn number(text: &str) -> Option<f64> {
    let plain = |c: char| c.is_ascii_digit() || "+-.eE".contains(c);
    let word = matches!(text.trim_start_matches(['+', '-']), "Inf" | "NaN");
    (word || text.chars().all(plain)).then(|| text.parse().ok()).flatten()
}

/// A name and its labels, and what stands behind them.
pub(super) fn series(text: &str) -> Result<(String, BTreeMap<String, String>, &str), Stuck<'_>> {
    let (name, rest) = word(text, ":").ok_or((text, A_NAME))?;
    let spaced = rest.trim_start();
    let Some(inner) = spaced.strip_prefix('{') else { return Ok((name.to_owned(), BTreeMap::new(), rest)) };
    let (labels, rest) = labels(inner)?;
    Ok((name.to_owned(), labels, rest))
}

fn labels(mut rest: &str) -> Result<(BTreeMap<String, String>, &str), Stuck<'_>> {
    let mut labels = BTreeMap::new();
    loop {
        rest = rest.trim_start();
        if let Some(behind) = rest.strip_prefix('}') {
            return Ok((labels, behind));
        }
        let (label, value, behind) = label(rest).ok_or((rest, A_LABEL))?;
        labels.insert(label.to_owned(), value);
        rest = behind.trim_start();
        match rest.strip_prefix(',') {
            Some(more) => rest = more,
            None if rest.starts_with('}') => {}
            None => return Err((rest, A_LABEL)),
        }
    }
}

/// `kind="data"`, and what stands behind it.
fn label(text: &str) -> Option<(&str, String, &str)> {
    let (name, rest) = word(text, "")?;
    let quoted = rest.trim_start().strip_prefix('=')?.trim_start().strip_prefix('"')?;
    let (value, rest) = unquoted(quoted)?;
    Some((name, value, rest))
}

/// Letters, digits and `_`, no digit first; `more` is allowed as well.
fn word<'t>(text: &'t str, more: &str) -> Option<(&'t str, &'t str)> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || more.contains(c);
    let end = text.find(|c| !allowed(c)).unwrap_or(text.len());
    (end > 0 && !text.starts_with(|c: char| c.is_ascii_digit())).then(|| text.split_at(end))
}

/// A label's value up to its closing quote. Only `\\`, `\"` and `\n` are escapes.
fn unquoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => match letters.next()?.1 {
                'n' => value.push('\n'),
                plain @ ('"' | '\\') => value.push(plain),
                other => value.extend(['\\', other]),
            },
            plain => value.push(plain),
        }
    }
    None
}
