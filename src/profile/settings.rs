//! The settings of one profile as a flat map, each with its origin; and typed access to them.

use std::collections::BTreeMap;

use super::key;
use super::kind::Value;
use super::vocabulary;
use super::{Layer, Origin};
use crate::units::{Amount, Elapsed, Memory, Millicores, Money, Rate};

/// One value and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The value.
    pub value: Value,
    /// Who set it.
    pub origin: Origin,
}

/// Every setting of a profile, by key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings(BTreeMap<String, Held>);

/// A setting that is not there, or not of the kind that was asked for. The vocabulary's passes
/// come first, so a loaded profile has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Missing(pub(super) String);

impl Settings {
    /// Sets a value, in place of what an earlier layer said.
    pub(super) fn put(&mut self, key: String, held: Held) {
        self.0.insert(key, held);
    }

    /// One setting, as it is in force.
    pub fn get(&self, key: &str) -> Option<&Held> {
        self.0.get(key).filter(|held| self.in_force(key, held))
    }

    /// All settings in force, in the order of the vocabulary.
    ///
    /// A removed entry of a map is not among them, and neither is what an answer that is like another
    /// one would have said itself.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Held)> {
        let kept = self.0.iter().filter(|(key, held)| self.in_force(key, held));
        let mut kept: Vec<_> = kept.map(|(key, held)| (key.as_str(), held)).collect();
        kept.sort_by_cached_key(|(key, _)| vocabulary::rank(&key::split(key).unwrap_or_default()));
        kept.into_iter()
    }

    /// Everything that any layer set, in force or not.
    pub(super) fn raw(&self) -> impl Iterator<Item = (&str, &Held)> {
        self.0.iter().map(|(key, held)| (key.as_str(), held))
    }

    /// Whether any layer set this.
    pub(super) fn holds(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    fn in_force(&self, key: &str, held: &Held) -> bool {
        let removed = held.value == Value::Nothing && is_entry(key);
        !removed && !self.likened(key)
    }

    /// Whether `key` belongs to an answer that is like another one.
    fn likened(&self, key: &str) -> bool {
        let Some((cause, last)) = key.strip_prefix("answers.").and_then(|rest| rest.split_once('.')) else {
            return false;
        };
        let like = self.0.get(&format!("answers.{cause}.like"));
        last != "like" && like.is_some_and(|like| like.value != Value::Nothing)
    }

    /// The origin of every setting, by key.
    pub fn origins(&self) -> BTreeMap<String, Origin> {
        self.iter().map(|(key, held)| (key.to_owned(), held.origin.clone())).collect()
    }

    /// A setting as the type its field has.
    pub(super) fn read<T: FromValue>(&self, key: &str) -> Result<T, Missing> {
        let held = self.0.get(key).ok_or_else(|| Missing(key.to_owned()))?;
        T::from_value(&held.value).ok_or_else(|| Missing(key.to_owned()))
    }

    /// An entry that a profile need not have. `None` where no layer set it, or one set it to `"none"`.
    pub(super) fn entry<T: FromValue>(&self, key: &str) -> Option<T> {
        T::from_value(&self.get(key)?.value)
    }

    /// The entries of a map of texts: what stands directly under `prefix`.
    pub(super) fn texts(&self, prefix: &str) -> BTreeMap<String, String> {
        let entries = self.under(prefix).filter_map(|(segments, held)| match (segments.as_slice(), &held.value) {
            ([name], Value::Text(text)) => Some((name.clone(), text.clone())),
            _ => None,
        });
        entries.collect()
    }

    /// The names that stand directly under `prefix`, whatever is below them.
    pub(super) fn names(&self, prefix: &str) -> Vec<String> {
        let mut names: Vec<String> =
            self.under(prefix).filter_map(|(segments, _)| segments.into_iter().next()).collect();
        names.dedup();
        names
    }

    fn under(&self, prefix: &str) -> impl Iterator<Item = (Vec<String>, &Held)> {
        let start = format!("{prefix}.");
        let range = self.0.range(start.clone()..).take_while({
            let start = start.clone();
            move |(key, _)| key.starts_with(&start)
        });
        range.filter_map(move |(name, held)| Some((key::split(&name[start.len()..])?, held)))
    }
}

fn is_entry(key: &str) -> bool {
    key::split(key).is_some_and(|path| vocabulary::is_map_entry(&path))
}

impl Held {
    /// A value that a flag sets.
    pub(super) fn by_flag(value: Value, flag: String) -> Self {
        Self { value, origin: Origin { layer: Layer::Flag, place: flag, line: None, source: None } }
    }
}

/// A type that a setting's value can become.
pub trait FromValue: Sized {
    /// The value as this type; `None` when it is of another kind.
    fn from_value(value: &Value) -> Option<Self>;
}

macro_rules! from_value {
    ($($variant:ident => $type:ty),+ $(,)?) => {$(
        impl FromValue for $type {
            fn from_value(value: &Value) -> Option<Self> {
                match value {
                    Value::$variant(inner) => inner.clone().try_into().ok(),
                    _ => None,
                }
            }
        }
    )+};
}

from_value!(
    Memory => Memory,
    Elapsed => Elapsed,
    Share => Millicores,
    Price => Money,
    Rate => Rate,
    Amount => Amount,
    Integer => u16,
    Integer => u32,
    Text => String,
    Flag => bool,
);

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Nothing => Some(None),
            other => T::from_value(other).map(Some),
        }
    }
}

impl<T: FromValue> FromValue for Vec<T> {
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::List(entries) => entries.iter().map(T::from_value).collect(),
            _ => None,
        }
    }
}
