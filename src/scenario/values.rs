use std::sync::Arc;

use crate::units::Elapsed;

/// What is done to an app, phase after phase.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// What its user called it; the file's name, or the short form as typed.
    pub name: String,
    /// The same number gives the same requests in the same order, and the same pauses.
    pub seed: u64,
    /// A request without a whole answer after this long has failed.
    pub timeout: Elapsed,
    /// How long the app gets the requests of the first phase that sends any, before all phases. Zero for not at
    /// all, and always where that phase is [`Model::Each`].
    pub warm_up: Elapsed,
    /// The most connections that a phase may open at once.
    pub connections: u32,
    /// What is done, in order. Never empty.
    pub phases: Vec<Phase>,
}

/// One part of a scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Phase {
    /// Its name, one of its kind in the scenario, and none of `start`, `check` and `warm-up`.
    pub name: String,
    /// Who sets the pace.
    pub model: Model,
    /// What is asked for. Empty only when the model is [`Model::Rest`].
    pub calls: Vec<Call>,
}

/// Who sets the pace of a phase.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Model {
    /// Nothing is sent: the app rests, and its need is told.
    Rest {
        /// For how long.
        lasts: Elapsed,
    },
    /// Every call, so many times, one after the other. Never once more: no check and no warm-up makes
    /// them beforehand, nor what stands behind them, which may need what they did.
    Each {
        /// How often.
        times: u32,
    },
    /// Open: requests come by the clock, whether earlier ones have been answered or not.
    Open {
        /// How many per second at the beginning.
        from: Rate,
        /// How many per second at the end. The same for a constant rate, else it rises or falls in a straight line.
        to: Rate,
        /// For how long.
        lasts: Elapsed,
    },
    /// Closed: every user waits for the answer, thinks, and asks again.
    Closed {
        /// How many.
        users: u32,
        /// They come one after the other over this long.
        ramp: Elapsed,
        /// The pause after an answer.
        think: Think,
        /// For how long.
        lasts: Elapsed,
    },
}

/// Requests per second. Finite, above zero, at most a million.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Rate(pub f64);

/// How long a user pauses after an answer: anything between two times, evenly spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Think {
    /// The least.
    pub least: Elapsed,
    /// The most; the same for a fixed pause.
    pub most: Elapsed,
}

/// One request that a phase may make.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// How often it is chosen, against the others of its phase. Above zero.
    pub weight: u32,
    /// `GET`.
    pub method: String,
    /// With its query: `/search?q=tea`.
    pub path: String,
    /// With the body's `content-type`, without `host` and `content-length`. Names in lower case.
    pub headers: Vec<(String, String)>,
    /// What is sent.
    pub body: Body,
    /// What is expected back.
    pub expect: Expect,
}

/// The body of a request, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// None.
    Empty,
    /// Bytes, from the text of the scenario or from a file; a form with files is encoded already.
    Bytes(Arc<[u8]>),
}

/// What an answer must be to count as answered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Expect {
    /// Its status; `None` for anything below 400.
    pub status: Option<u16>,
    /// A text that the body must hold.
    pub holds: Option<String>,
    /// A text that the body must not hold.
    pub lacks: Option<String>,
}

impl Model {
    /// How long it goes on; `None` for one that ends with its last answer.
    pub fn lasts(&self) -> Option<Elapsed> {
        match self {
            Self::Rest { lasts } | Self::Open { lasts, .. } | Self::Closed { lasts, .. } => Some(*lasts),
            Self::Each { .. } => None,
        }
    }
}
