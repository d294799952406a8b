use std::fmt;

use crate::event::LoadFailure;
use crate::streamlit::{Raised, Refusal};
use crate::units::Elapsed;

/// What a user with a session came to that was not as expected.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::load) enum Trouble {
    /// Nobody took the connection.
    Refused,
    /// The socket was refused, with this status.
    Status(u16),
    /// It does not speak as Streamlit does; what it did instead.
    Stranger(String),
    /// The socket was lost.
    Cut,
    /// The script did not end in time.
    NeverEnded(Elapsed),
    /// The page shows an exception.
    Raised(Raised),
    /// The page was expected to show one.
    NotRaised,
    /// The script does not compile.
    NotCompiled(Raised),
    /// The page does not offer it.
    Refusal(Refusal),
    /// The page does not show this text; what it shows first.
    Lacks(String, String),
    /// The page shows this text, which it must not.
    Holds(String),
    /// The file was not taken; why.
    NotTaken(String),
    /// What somebody came to who is in no tab.
    Plain {
        /// As a sentence.
        what: String,
        /// How it is counted.
        failure: LoadFailure,
        /// Whether the app did not speak with us at all.
        silence: bool,
    },
}

impl Trouble {
    /// How it is counted.
    pub(in crate::load) fn failure(&self) -> LoadFailure {
        match self {
            Self::Refused => LoadFailure::Refused,
            Self::Status(status) => LoadFailure::Status(*status),
            Self::Cut => LoadFailure::Cut,
            Self::NeverEnded(_) => LoadFailure::TimedOut,
            Self::Raised(_) => LoadFailure::Raised,
            Self::NotCompiled(_) => LoadFailure::NotCompiled,
            Self::Refusal(_) => LoadFailure::NotOffered,
            Self::Plain { failure, .. } => *failure,
            Self::Stranger(_) | Self::NotRaised | Self::Lacks(..) | Self::Holds(_) | Self::NotTaken(_) => {
                LoadFailure::Body
            }
        }
    }

    /// Whether the app did not speak with us at all: it would not for the next step either.
    pub(in crate::load) fn is_silence(&self) -> bool {
        matches!(
            self,
            Self::Refused | Self::Cut | Self::Status(_) | Self::Stranger(_) | Self::Plain { silence: true, .. }
        )
    }

    /// Whether the tab is of no more use.
    pub(super) fn is_end_of_tab(&self) -> bool {
        self.is_silence() || matches!(self, Self::NeverEnded(_))
    }
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        Self::Refusal(refusal)
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused => f.write_str("got no connection"),
            Self::Status(status @ 500..) => {
                write!(f, "the socket of the app was answered with status {status}, expected 101: the app is away")
            }
            Self::Status(status) => write!(
                f,
                "`/_stcore/stream` was answered with status {status}, expected the socket of a Streamlit app: is it one?"
            ),
            Self::Stranger(what) => {
                write!(f, "`/_stcore/stream` gave {what}, expected the socket of a Streamlit app: is it one?")
            }
            Self::Cut => f.write_str("the socket broke before the script had ended"),
            Self::NeverEnded(waited) => write!(f, "the script had not ended after {}", waited.human()),
            Self::Raised(raised) => write!(f, "the page shows the exception `{raised}`, expected none"),
            Self::NotRaised => f.write_str("the page shows no exception, expected one"),
            Self::NotCompiled(raised) => write!(f, "the app does not compile: `{raised}`"),
            Self::Refusal(refusal) => refusal.fmt(f),
            Self::Lacks(text, shown) => write!(f, "the page does not show `{text}`; it shows {shown}"),
            Self::Holds(text) => write!(f, "the page shows `{text}`, expected a page without it"),
            Self::NotTaken(why) => write!(f, "the file was not taken: {why}"),
            Self::Plain { what, .. } => f.write_str(what),
        }
    }
}
