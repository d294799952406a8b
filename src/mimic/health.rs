use std::fmt;
use std::str::FromStr;

/// How the health path answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mood {
    /// Status 200 and the word `ok`.
    #[default]
    Ok,
    /// Status 500.
    Fail,
    /// Never.
    Hang,
}

impl Mood {
    const ALL: [Self; 3] = [Self::Ok, Self::Fail, Self::Hang];

    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Fail => "fail",
            Self::Hang => "hang",
        }
    }
}

/// A word that is no mood.
#[derive(Debug, thiserror::Error)]
#[error("found `{0}`, expected `ok`, `fail` or `hang`")]
pub struct NoMood(String);

impl FromStr for Mood {
    type Err = NoMood;

    fn from_str(text: &str) -> Result<Self, NoMood> {
        Self::ALL.into_iter().find(|mood| mood.word() == text).ok_or_else(|| NoMood(text.to_owned()))
    }
}

impl fmt::Display for Mood {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}
