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
    /// What is asked for. Empty only when the model is [`Model::Rest`] or [`Model::Steps`]; one call, the page that
    /// is opened, when it is [`Model::Sessions`].
    pub calls: Vec<Call>,
    /// What is gone through, in order. Empty unless the model is [`Model::Steps`] or [`Model::Sessions`].
    pub steps: Vec<Step>,
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
    /// Steps of one user or of several, gone through once, as somebody does who tries an app by hand. What they
    /// do to the app stays, so nothing of them is made beforehand, nor what stands behind them.
    Steps {
        /// How many.
        steps: u32,
        /// By how many users.
        users: u32,
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
        /// How they come.
        coming: Coming,
        /// The pause after an answer.
        think: Think,
        /// For how long.
        lasts: Elapsed,
    },
    /// Closed, with a session each: every user opens the app, in Streamlit in a tab, goes through the steps of the phase
    /// again and again, and thinks after each. Without steps the script is run again.
    Sessions {
        /// How they come.
        coming: Coming,
        /// The pause after each step.
        think: Think,
        /// For how long.
        lasts: Elapsed,
    },
}

/// How users come, and whether they leave before the end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Coming {
    /// A number of them, who stay to the end.
    Number {
        /// So many are there at the beginning.
        from: u32,
        /// So many are there once `over` has passed: they come, or leave, one after the other.
        users: u32,
        /// How long that takes; zero where all are there at once.
        over: Elapsed,
    },
    /// Strangers: by the clock, whoever is still there. Each stays for a while, finishes what they do, and leaves.
    Strangers {
        /// How many come per second at the beginning.
        from: Rate,
        /// How many come per second at the end; in between, a straight line.
        to: Rate,
        /// For how long each is there.
        stay: Think,
    },
}

impl Coming {
    /// So many from the beginning to the end.
    pub const fn together(users: u32) -> Self {
        Self::Number { from: users, users, over: Elapsed::ZERO }
    }
}

/// One thing that a user of an app does, and what must come of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What it is called: what its user said of it, else what is done.
    pub name: String,
    /// Who does it. A user has cookies of their own, which last from the first step to the last.
    pub user: String,
    /// What is done.
    pub act: Act,
    /// What must come back, after all redirects.
    pub expect: Expect,
    /// How long it may take, redirects and a form's page included; `None` for the scenario's time limit.
    pub within: Option<Elapsed>,
}

/// What a user does in a step.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// Asks for something.
    Ask(Call),
    /// Opens a page, fills the form on it, and sends it off with everything that the page put into it.
    Fill(Form),
    /// Does something with a session: in the tab of a Streamlit app, on a WebSocket, in a Gradio app.
    Tab {
        /// What.
        deed: Deed,
        /// Headers of what their tab asks for. Names in lower case.
        headers: Vec<(String, String)>,
    },
}

/// What a user of a Streamlit app does, or somebody else with a session.
#[derive(Debug, Clone, PartialEq)]
pub enum Deed {
    /// Opens a page in a new tab, which is a new session: `/`.
    Open(String),
    /// Goes to another page of the app, by its name in the navigation. The session stays.
    Go(String),
    /// Touches what is on the page.
    Touch(Touch),
    /// Closes the tab, and comes back to the same session after this long.
    Away(Elapsed),
    /// Does something on a WebSocket, with any app.
    Line(Line),
    /// Does something in a Gradio app.
    Gradio(Gradio),
}

/// What somebody on a WebSocket does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// Opens a new one at this path: `/ws`.
    Open(String),
    /// Sends a text, where there is one, and waits for what is expected, where anything is.
    Say(Option<String>),
    /// Closes it, and opens it again after this long.
    Away(Elapsed),
}

/// What a user of a Gradio app does.
#[derive(Debug, Clone, PartialEq)]
pub enum Gradio {
    /// Opens the page in a new tab, which is a new session: `/`.
    Open(String),
    /// Has a function run through the app's queue, and waits for its end.
    Call {
        /// Its API name, without a slash.
        name: String,
        /// What it is given, without what the app keeps for it.
        inputs: Vec<serde_json::Value>,
    },
    /// Has the page open, and does nothing.
    Stay,
}

/// What is touched on a page, in this order. Nothing at all has the script run again.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Touch {
    /// Fields by their labels, and what they are set to.
    pub set: Vec<(String, Setting)>,
    /// The file that is chosen; its `field` is the label of the uploader.
    pub file: Option<Upload>,
    /// The label of the button that is pressed.
    pub click: Option<String>,
}

/// What a user sets a widget to.
#[derive(Debug, Clone, PartialEq)]
pub enum Setting {
    /// Checked or not.
    Flag(bool),
    /// A number; finite.
    Number(f64),
    /// A text, an option, a day.
    Text(String),
    /// Several options, or the two ends of a range.
    Several(Vec<Self>),
}

/// How a form on a page is filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// The page: `/login`.
    pub page: String,
    /// Headers of both requests. Names in lower case.
    pub headers: Vec<(String, String)>,
    /// What is typed, by the names of the fields.
    pub fields: Vec<(String, String)>,
    /// The file that is chosen.
    pub file: Option<Upload>,
}

/// A file as a browser sends it from a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// The form's field; `None` for the only one that takes a file.
    pub field: Option<String>,
    /// What the app is told it is called.
    pub name: String,
    /// What the app is told it holds: `text/csv`.
    pub media: String,
    /// What it holds.
    pub content: Arc<[u8]>,
}

/// Requests per second. Finite, above zero, at most a million.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Rate(pub f64);

/// How long a user pauses after an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Think {
    /// Anything between two times, evenly spread.
    Between {
        /// The least.
        least: Elapsed,
        /// The most; the same for a fixed pause.
        most: Elapsed,
    },
    /// As between events that know nothing of one another: mostly short, now and then long.
    Exponential {
        /// On average.
        mean: Elapsed,
    },
    /// As people read: around a middle, with a long tail.
    LogNormal {
        /// Half of the pauses are shorter. Above zero.
        middle: Elapsed,
        /// 95 of 100 are shorter. Not below the middle.
        p95: Elapsed,
    },
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
    /// Whether a Streamlit app must show an exception. Where it is false, it must show none.
    pub exception: bool,
}

impl Scenario {
    /// The same, with users who come in tabs of a Streamlit app instead of asking by themselves.
    #[must_use]
    pub fn in_tabs(&self) -> Self {
        let mut all = self.clone();
        all.warm_up = Elapsed::ZERO;
        for phase in &mut all.phases {
            phase.model = match phase.model {
                Model::Closed { coming, think, lasts } => Model::Sessions { coming, think, lasts },
                other => other,
            };
        }
        all
    }
}

impl Model {
    /// How long it goes on; `None` for one that ends with its last answer.
    pub fn lasts(&self) -> Option<Elapsed> {
        match self {
            Self::Rest { lasts }
            | Self::Open { lasts, .. }
            | Self::Closed { lasts, .. }
            | Self::Sessions { lasts, .. } => Some(*lasts),
            Self::Each { .. } | Self::Steps { .. } => None,
        }
    }
}
