use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::io::{self, Write};
use std::sync::{Arc, PoisonError, RwLock};

use crate::spec::{Redactor, Secrets};

/// Stands before both streams of the program: what is hidden here is printed nowhere. Clones hide the same.
#[derive(Clone, Default)]
pub(super) struct Veil(Arc<RwLock<Hidden>>);

#[derive(Default)]
struct Hidden {
    values: BTreeSet<(String, String)>,
    redactor: Redactor,
}

impl Veil {
    /// Hides these as well from now on.
    pub(super) fn hide(&self, secrets: &Secrets) {
        let mut hidden = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let before = hidden.values.len();
        hidden.values.extend(secrets.values().map(|(name, value)| (name.to_owned(), value.to_owned())));
        if hidden.values.len() > before {
            hidden.redactor = Redactor::of(hidden.values.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        }
    }

    /// A text as it may be printed.
    pub(super) fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).redactor.text(text)
    }

    /// Standard error behind the veil, for whoever writes whole lines.
    pub(super) fn stderr(&self) -> Veiled {
        Veiled(self.clone())
    }
}

/// The values stay where they are when somebody prints this.
impl fmt::Debug for Veil {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Veil")
    }
}

/// Standard error behind a [`Veil`].
pub(super) struct Veiled(Veil);

impl Write for Veiled {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        io::stderr().lock().write_all(self.0.text(&text).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().lock().flush()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::spec::Secret;

    fn secrets(name: &str, value: &str) -> Secrets {
        Secrets { variables: BTreeMap::from([(name.to_owned(), Secret::new(value))]), ..Secrets::default() }
    }

    #[test]
    fn what_was_hidden_stays_hidden_when_more_is() {
        let veil = Veil::default();
        assert_eq!(veil.text("hunter22"), "hunter22");
        let other = veil.clone();
        veil.hide(&secrets("A", "hunter22"));
        veil.hide(&secrets("A", "letmein99"));
        assert_eq!(other.text("hunter22 letmein99"), "[redacted A] [redacted A]");
        assert_eq!(format!("{veil:?}"), "Veil");
    }
}
