use std::fmt;

use crate::units::Elapsed;

/// One plain line. Printed as `[   3.21 s] state    starting -> serving (ready)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// When, since the start of the run.
    pub at: Elapsed,
    /// What it is about.
    pub tag: Tag,
    /// How good the news is, for whoever colours it.
    pub tone: Tone,
    /// Its text, without a line end.
    pub text: String,
}

/// What a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tag {
    /// The run as a whole.
    Run,
    /// A promise of the plan that is kept.
    Kept,
    /// A promise that is approximated.
    Nearly,
    /// A promise that is not kept.
    NotKept,
    /// The state of the app.
    State,
    /// A wake.
    Wake,
    /// An end that nobody ordered.
    Kill,
    /// Memory near its limit.
    Memory,
    /// The CPU share, where it changes.
    Share,
    /// Health checks.
    Health,
    /// A request.
    Request,
    /// The app's own log.
    App,
    /// The platform's own log.
    Platform,
    /// A small step of the engine.
    Engine,
    /// emu's own remarks.
    Notice,
    /// The load on the app.
    Load,
    /// A chapter of the run.
    Mark,
}

/// How good the news is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tone {
    /// As it should be.
    Good,
    /// Neither.
    Plain,
    /// In the background.
    Dim,
    /// Worth attention.
    Warn,
    /// Gone wrong.
    Bad,
}

impl Line {
    /// A text may have several lines: each becomes one.
    pub(super) fn split(at: Elapsed, tag: Tag, tone: Tone, text: &str) -> Vec<Self> {
        let mut texts: Vec<&str> = text.lines().collect();
        if texts.is_empty() {
            texts.push("");
        }
        texts.into_iter().map(|text| Self { at, tag, tone, text: text.to_owned() }).collect()
    }

    /// The moment as it is printed: `[   3.21 s]`.
    pub fn moment(&self) -> String {
        format!("[{:>7.2} s]", self.at.secs_f64())
    }
}

impl Tag {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Kept => "kept",
            Self::Nearly => "nearly",
            Self::NotKept => "not kept",
            Self::State => "state",
            Self::Wake => "wake",
            Self::Kill => "kill",
            Self::Memory => "memory",
            Self::Share => "share",
            Self::Health => "health",
            Self::Request => "request",
            Self::App => "app",
            Self::Platform => "platform",
            Self::Engine => "engine",
            Self::Notice => "notice",
            Self::Load => "load",
            Self::Mark => "mark",
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:<8} {}", self.moment(), self.tag.word(), self.text)
    }
}
