//! Phases in plain sentences.

use std::fmt;

use super::rate::counted;
use super::values::{Act, Call, Coming, Deed, Model, Phase, Setting, Think};
use crate::units::Elapsed;

/// Calls that are named in full; more of them are only counted.
const NAMED: usize = 3;

impl Phase {
    /// What is done in it: `20 requests per second for 2 min: GET /search?q=tea`.
    pub fn what(&self) -> String {
        let plain = matches!(self.calls.as_slice(), [call] if call.method == "GET" && call.path == "/");
        if self.calls.is_empty() || plain {
            return self.pace();
        }
        format!("{}: {}", self.pace(), requests(&self.calls))
    }
}

impl Phase {
    fn pace(&self) -> String {
        let Model::Sessions { coming, think, lasts } = self.model else {
            return self.model.what(self.calls.len());
        };
        let deed =
            self.steps.first().and_then(|step| if let Act::Tab { deed, .. } = &step.act { Some(deed) } else { None });
        let noun = match deed {
            Some(Deed::Line(_)) => "WebSocket user",
            Some(Deed::Gradio(_)) => "Gradio user",
            _ => "Streamlit user",
        };
        // Whoever thinks for as long as the phase goes on does nothing in it.
        let think = if think == Think::always(lasts) { Think::NONE } else { think };
        closed(coming, noun, think, lasts)
    }
}

impl Model {
    /// The pace of so many different requests, without what they are.
    fn what(&self, calls: usize) -> String {
        match self {
            Self::Rest { lasts } => format!("nothing for {lasts}"),
            Self::Each { times } if calls > 1 => format!("{calls} requests, {} each", often(*times)),
            Self::Steps { steps, users } => {
                format!("{} by {}", counted_noun(*steps, "step"), counted_noun(*users, "user"))
            }
            Self::Each { times: 1 } => "1 request".into(),
            Self::Each { times } => format!("{times} requests, one after the other"),
            Self::Open { from, to, lasts } if from == to => {
                let (numbers, unit) = counted(&[*from]);
                let noun = if numbers == ["1"] { "request" } else { "requests" };
                format!("{} {noun} per {unit} for {lasts}", numbers.join(""))
            }
            Self::Open { from, to, lasts } => {
                let (numbers, unit) = counted(&[*from, *to]);
                format!("{} requests per {unit} over {lasts}", numbers.join(" to "))
            }
            Self::Closed { coming, think, lasts } => closed(*coming, "user", *think, *lasts),
            Self::Sessions { coming, think, lasts } => closed(*coming, "Streamlit user", *think, *lasts),
        }
    }
}

fn counted_noun(count: u32, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

fn often(times: u32) -> String {
    if times == 1 { "once".into() } else { format!("{times} times") }
}

fn closed(coming: Coming, noun: &str, think: Think, lasts: Elapsed) -> String {
    let think = if think == Think::NONE { String::new() } else { format!(" thinking {think}") };
    format!("{}{think} for {lasts}", come(coming, noun))
}

/// `20 users who come over 1 min`, `5 users per minute, each for 2 min,`.
fn come(coming: Coming, noun: &str) -> String {
    match coming {
        Coming::Number { users, over: Elapsed::ZERO, .. } => counted_noun(users, noun),
        Coming::Number { from: 0, users, over } => format!("{} who come over {over}", counted_noun(users, noun)),
        Coming::Number { from, users, over } => format!("{from} to {} over {over}", counted_noun(users, noun)),
        Coming::Strangers { from, to, stay } => {
            let (numbers, unit) = counted(&if from == to { vec![from] } else { vec![from, to] });
            let plural = if numbers == ["1"] { "" } else { "s" };
            format!("{} {noun}{plural} per {unit}, each for {stay},", numbers.join(" to "))
        }
    }
}

/// `GET /, POST /upload and 2 more`.
fn requests(calls: &[Call]) -> String {
    let shown = if calls.len() <= NAMED { calls.len() } else { NAMED - 1 };
    let names: Vec<String> = calls[..shown].iter().map(|call| format!("{} {}", call.method, call.path)).collect();
    let more = calls.len() - shown;
    if more == 0 { names.join(", ") } else { format!("{} and {more} more", names.join(", ")) }
}

/// As it is written in a scenario: `5`, `"tea"`, `["new", "paid"]`, in backticks.
impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", written(self))
    }
}

fn written(setting: &Setting) -> String {
    match setting {
        Setting::Flag(flag) => flag.to_string(),
        Setting::Number(number) => number.to_string(),
        Setting::Text(text) => format!("\"{text}\""),
        Setting::Several(all) => format!("[{}]", all.iter().map(written).collect::<Vec<_>>().join(", ")),
    }
}
