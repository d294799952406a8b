use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::Redactor;

/// What stands in a record in place of a secret.
const HIDDEN: &str = "[redacted]";

/// What only the app may see. Whoever prints or stores it gets the names; the values are in memory alone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Secrets {
    /// Variables of the app, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<String, Secret>,
    /// Files that lie in the instance while it lives, and nowhere else.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<SecretFile>,
    /// What stands in such files without being a variable: to be hidden, and given to nobody.
    #[serde(skip)]
    pub others: Vec<(String, Secret)>,
}

/// A value that only the app may see.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret(Option<Box<[u8]>>);

/// A file that only the app may see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretFile {
    /// Where it is in the instance. A path that does not begin with `/` is seen from the working directory,
    /// one that begins with `~/` from the home folder.
    pub path: String,
    /// Where it comes from: a path of this machine.
    pub from: String,
    /// What stands in it.
    pub content: Secret,
}

impl Secrets {
    /// Whether there is nothing to hide.
    pub fn is_empty(&self) -> bool {
        self.variables.is_empty() && self.files.is_empty() && self.others.is_empty()
    }

    /// Every value with the name that stands in its place, where the value is known.
    pub fn values(&self) -> impl Iterator<Item = (&str, &str)> {
        let variables = self.variables.iter().map(|(name, secret)| (name.as_str(), secret));
        let others = self.others.iter().map(|(name, secret)| (name.as_str(), secret));
        variables.chain(others).filter_map(|(name, secret)| Some((name, secret.text()?)))
    }

    /// What takes the values out of a text.
    pub fn redactor(&self) -> Redactor {
        Redactor::of(self.values())
    }

    /// The names without the values.
    #[must_use]
    pub fn named_only(&self) -> Self {
        let file = |file: &SecretFile| SecretFile { content: Secret::default(), ..file.clone() };
        Self {
            variables: self.variables.keys().map(|name| (name.clone(), Secret::default())).collect(),
            files: self.files.iter().map(file).collect(),
            others: Vec::new(),
        }
    }
}

impl Secret {
    /// A text, or the content of a file.
    pub fn new(value: impl Into<Vec<u8>>) -> Self {
        Self(Some(value.into().into_boxed_slice()))
    }

    /// The value, for the engine that gives it to the app; `None` in what was read back from a record, and where
    /// it is no text.
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(self.bytes()?).ok()
    }

    /// The value byte for byte.
    pub fn bytes(&self) -> Option<&[u8]> {
        self.0.as_deref()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(HIDDEN)
    }
}

impl<'de> Deserialize<'de> for Secret {
    /// Whatever stands there: a record has no values.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(de::IgnoredAny).map(|_| Self::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets() -> Secrets {
        let file = SecretFile { path: "/etc/x".into(), from: "x".into(), content: Secret::new("whole file hunter22") };
        Secrets {
            variables: BTreeMap::from([("API_KEY".to_owned(), Secret::new("hunter22"))]),
            files: vec![file],
            others: vec![("db.password".into(), Secret::new("hunter22"))],
        }
    }

    #[test]
    fn neither_debug_nor_json_shows_a_value() {
        let secrets = secrets();
        for text in [format!("{secrets:?}"), format!("{secrets:#?}"), serde_json::to_string(&secrets).unwrap()] {
            assert!(!text.contains("hunter22") && text.contains("API_KEY") && text.contains("/etc/x"), "{text}");
        }
    }

    #[test]
    fn a_record_gives_back_the_names() {
        let secrets = secrets();
        let text = serde_json::to_string(&secrets).unwrap();
        assert_eq!(serde_json::from_str::<Secrets>(&text).unwrap(), secrets.named_only());
        assert_eq!(secrets.named_only().values().count(), 0);
        assert_eq!(serde_json::to_string(&Secrets::default()).unwrap(), "{}");
    }
}
