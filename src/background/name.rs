use std::fmt;

/// Longer names do not fit into a table.
const LONGEST: usize = 64;

/// What its user calls an app that runs in the background. It is also the name of a folder, so it has only
/// letters, digits, `.`, `_` and `-`, and begins with a letter or a digit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

/// Why a text is no name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` cannot be the name of an app in the background: {why}")]
pub struct NameError {
    /// The text.
    pub found: String,
    /// What is wrong about it, and what was expected.
    pub why: String,
}

impl Name {
    /// Reads a name as it was typed.
    pub fn new(text: &str) -> Result<Self, NameError> {
        let refuse = |why: String| Err(NameError { found: text.to_owned(), why });
        if let Some(odd) = text.chars().find(|letter| !fits(*letter)) {
            return refuse(format!("found `{}`, expected letters, digits, `.`, `_` or `-`", odd.escape_default()));
        }
        match text.chars().next() {
            None => refuse("it is empty".to_owned()),
            Some(first) if !first.is_ascii_alphanumeric() => {
                refuse(format!("it begins with `{first}`, expected a letter or a digit"))
            }
            _ if text.len() > LONGEST => refuse(format!("it has {} letters, expected at most {LONGEST}", text.len())),
            _ => Ok(Self(text.to_owned())),
        }
    }

    /// The name of an app that was given none: the app's own, as far as it can be one. Of an image, the last
    /// part without its tag.
    pub fn of_app(app: &str) -> Self {
        let last = app.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        let bare = last.split(['@', ':']).next().unwrap_or_default();
        let fitting: String = bare.chars().map(|letter| if fits(letter) { letter } else { '-' }).collect();
        let begun: String = fitting.trim_start_matches(['-', '.', '_']).chars().take(LONGEST).collect();
        Self(if begun.is_empty() { "app".to_owned() } else { begun })
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn fits(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_odd_name_is_refused_with_what_is_odd_about_it() {
        let why = |text: &str| Name::new(text).unwrap_err().why;
        assert_eq!(why("../shop"), "found `/`, expected letters, digits, `.`, `_` or `-`");
        assert_eq!(why("my shop"), "found ` `, expected letters, digits, `.`, `_` or `-`");
        assert_eq!(why("a\nb"), "found `\\n`, expected letters, digits, `.`, `_` or `-`");
        assert_eq!(why(".."), "it begins with `.`, expected a letter or a digit");
        assert_eq!(why(""), "it is empty");
        assert_eq!(why(&"a".repeat(65)), "it has 65 letters, expected at most 64");
        assert_eq!(Name::new("shop-2.test_a").unwrap().as_str(), "shop-2.test_a");
    }

    #[test]
    fn an_app_lends_its_name() {
        let of = |app: &str| Name::of_app(app).0;
        assert_eq!(of("shop"), "shop");
        assert_eq!(of("registry.example:5000/team/shop:1.2"), "shop");
        assert_eq!(of("shop@sha256:00"), "shop");
        assert_eq!(of("mein Lädchen"), "mein-L-dchen");
        assert_eq!(of(".hidden/"), "hidden");
        assert_eq!(of("…"), "app");
    }

    proptest! {
        #[test]
        fn whatever_the_app_is_called_its_name_is_one(app in ".*") {
            let name = Name::of_app(&app);
            prop_assert_eq!(Name::new(name.as_str()), Ok(name));
        }
    }
}
