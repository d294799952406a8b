//! What a setting's value may be: the kinds, how each is read, and what is said when it cannot be.

use std::fmt;

use toml::de::DeValue;

use crate::units::{Amount, Elapsed, Memory, Millicores, Money, Rate, UnitError};

/// What a setting's value may be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// A size in memory or on disk.
    Memory,
    /// A length of time.
    Elapsed,
    /// A share of CPU time.
    Share,
    /// A price.
    Price,
    /// A price by use.
    Rate,
    /// So much of what is metered.
    Amount,
    /// A whole number between two bounds.
    Integer {
        /// The smallest.
        low: u64,
        /// The greatest.
        high: u64,
    },
    /// Any text.
    Text,
    /// A day or a month, ISO 8601.
    Date,
    /// Yes or no.
    Flag,
    /// One word of these.
    OneOf(&'static [&'static str]),
    /// Any number of these.
    List(&'static Kind),
}

/// The value of a setting, read and checked against its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A size in memory or on disk.
    Memory(Memory),
    /// A length of time.
    Elapsed(Elapsed),
    /// A share of CPU time.
    Share(Millicores),
    /// A price.
    Price(Money),
    /// A price by use.
    Rate(Rate),
    /// So much of what is metered.
    Amount(Amount),
    /// A whole number.
    Integer(u64),
    /// A text, a word or a date.
    Text(String),
    /// Yes or no.
    Flag(bool),
    /// Several of one kind.
    List(Vec<Value>),
    /// `"none"`: the platform has nothing of the kind. For an entry of a map: removed.
    Nothing,
}

/// A value that is not of the kind its setting has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mismatch {
    pub(super) found: String,
    pub(super) expected: String,
}

impl From<UnitError> for Mismatch {
    fn from(error: UnitError) -> Self {
        Self { found: format!("`{}`", error.found), expected: error.expected.to_owned() }
    }
}

impl Kind {
    /// Whether a value of this kind is a number and so needs a source.
    pub fn is_number(self) -> bool {
        match self {
            Self::List(item) => item.is_number(),
            other => !matches!(other, Self::Text | Self::Date | Self::Flag | Self::OneOf(_)),
        }
    }

    /// In words, with an example: `a size such as "512 MiB"`.
    pub fn expected(self) -> String {
        match self {
            Self::Memory => "a size such as `\"512 MiB\"`".into(),
            Self::Elapsed => "a duration such as `\"15 min\"`".into(),
            Self::Share => "a number of CPUs such as `\"0.1 CPU\"`".into(),
            Self::Price => "a price in US dollars such as `\"$7\"`".into(),
            Self::Rate => "a price by use such as `\"$0.0864 / vCPU-h\"`".into(),
            Self::Amount => "a metered amount such as `\"50 vCPU-h\"`".into(),
            Self::Integer { low, high } => format!("a whole number from {low} to {high}"),
            Self::Text => "a text in quotes".into(),
            Self::Date => "a date such as `\"2026-08-18\"` or `\"2026-08\"`".into(),
            Self::Flag => "`true` or `false`".into(),
            Self::OneOf(words) => format!("one of {}", in_backticks(words)),
            Self::List(item) => format!("a list, each entry {}", item.expected()),
        }
    }

    /// Reads a value as it stands in a TOML file.
    pub(super) fn read_toml(self, value: &DeValue<'_>) -> Result<Value, Mismatch> {
        match (self, value) {
            (Self::Integer { .. }, DeValue::Integer(number)) if number.radix() == 10 => self.read_text(number.as_str()),
            (Self::Flag, DeValue::Boolean(flag)) => Ok(Value::Flag(*flag)),
            (Self::List(item), DeValue::Array(entries)) => {
                let entries = entries.iter().map(|entry| item.read_toml(entry.get_ref()));
                entries.collect::<Result<_, _>>().map(Value::List)
            }
            (Self::Integer { .. } | Self::Flag | Self::List(_), other) => Err(self.mismatch(describe(other))),
            (_, DeValue::String(text)) => self.read_text(text),
            (_, other) => Err(self.mismatch(describe(other))),
        }
    }

    /// Reads a value as it is typed on a command line. Entries of a list stand between commas.
    pub(super) fn read_text(self, text: &str) -> Result<Value, Mismatch> {
        let fail = || self.mismatch(format!("`{text}`"));
        match self {
            Self::Memory => Ok(Value::Memory(text.parse()?)),
            Self::Elapsed => Ok(Value::Elapsed(text.parse()?)),
            Self::Share => Ok(Value::Share(text.parse()?)),
            Self::Price => Ok(Value::Price(text.parse()?)),
            Self::Rate => Ok(Value::Rate(text.parse()?)),
            Self::Amount => Ok(Value::Amount(text.parse()?)),
            Self::Integer { low, high } => {
                let number = text.replace('_', "").parse().map_err(|_| fail())?;
                if (low..=high).contains(&number) { Ok(Value::Integer(number)) } else { Err(fail()) }
            }
            Self::Text => Ok(Value::Text(text.to_owned())),
            Self::Date if is_date(text) => Ok(Value::Text(text.to_owned())),
            Self::Flag => text.parse().map(Value::Flag).map_err(|_| fail()),
            Self::OneOf(words) if words.contains(&text) => Ok(Value::Text(text.to_owned())),
            Self::Date | Self::OneOf(_) => Err(fail()),
            Self::List(item) => {
                let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
                entries.map(|entry| item.read_text(entry)).collect::<Result<_, _>>().map(Value::List)
            }
        }
    }

    fn mismatch(self, found: String) -> Mismatch {
        Mismatch { found, expected: self.expected() }
    }
}

/// As a person writes it on a command line; a text as it is.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory(value) => value.fmt(f),
            Self::Elapsed(value) => value.fmt(f),
            Self::Share(value) => value.fmt(f),
            Self::Price(value) => value.fmt(f),
            Self::Rate(value) => value.fmt(f),
            Self::Amount(value) => value.fmt(f),
            Self::Integer(value) => value.fmt(f),
            Self::Text(value) => f.pad(value),
            Self::Flag(value) => value.fmt(f),
            Self::List(values) => f.pad(&values.iter().map(Self::to_string).collect::<Vec<_>>().join(", ")),
            Self::Nothing => f.pad("none"),
        }
    }
}

/// A TOML value for a message: `the integer 512`.
pub(super) fn describe(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("`{}`", shortened(text)),
        DeValue::Integer(number) => format!("the bare number `{number}`"),
        DeValue::Float(number) => format!("the bare number `{number}`"),
        DeValue::Boolean(flag) => format!("`{flag}`"),
        DeValue::Datetime(date) => format!("the bare date `{date}`"),
        DeValue::Array(_) => "a list".into(),
        DeValue::Table(_) => "a table".into(),
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// `a`, `b` and `c`, each between backticks and separated by commas.
pub(super) fn in_backticks<T: fmt::Display>(words: &[T]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// `2026`-`08`, optionally with a day that the month has.
pub(super) fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let number = |part: &str, width: usize| {
        let digits = part.len() == width && part.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| part.parse::<u32>().ok()).flatten()
    };
    match parts.as_slice() {
        [year, month] => number(year, 4).is_some() && number(month, 2).is_some_and(|month| (1..=12).contains(&month)),
        [year, month, day] => match (number(year, 4), number(month, 2), number(day, 2)) {
            (Some(year), Some(month @ 1..=12), Some(day)) => (1..=days_in(year, month)).contains(&day),
            _ => false,
        },
        _ => false,
    }
}

fn days_in(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
