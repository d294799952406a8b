//! Words that settings choose from: one list per enum, so that reading, printing and the reference agree.

/// Gives an enum its words: `ALL`, `NAMES`, `name` and `from_name`.
macro_rules! named {
    ($type:ty { $($variant:ident = $name:literal),+ $(,)? }) => {
        impl $type {
            /// Every value, in the order of its words in [`Self::NAMES`].
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// The word of every value.
            pub const NAMES: &'static [&'static str] = &[$($name),+];

            /// The word that stands for this value in files.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// The value that a word stands for.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)+ _ => None }
            }
        }

        impl crate::profile::settings::FromValue for $type {
            fn from_value(value: &crate::profile::kind::Value) -> Option<Self> {
                match value {
                    crate::profile::kind::Value::Text(word) => Self::from_name(word),
                    _ => None,
                }
            }
        }
    };
}

pub(super) use named;
