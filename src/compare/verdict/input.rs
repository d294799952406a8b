use serde::{Serialize, Serializer};

use crate::event::Event;
use crate::event::stored::kind_name;
use crate::report::{Peak, PhaseUse};
use crate::units::Elapsed;

/// The settings of the profile that inputs rest on.
pub(in crate::compare) mod settings {
    pub(in crate::compare) const MEMORY: &[&str] = &["memory.limit"];
    pub(in crate::compare) const CPU: &[&str] = &["cpu.share"];
    pub(in crate::compare) const COLD: &[&str] = &["start.delay", "cpu.share"];
    pub(in crate::compare) const BOTH: &[&str] = &["memory.limit", "cpu.share"];
    pub(in crate::compare) const NONE: &[&str] = &[];
}

/// What a rule found in one run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Evidence {
    /// The run's id. Empty for what no single run says.
    pub run: String,
    /// What was looked at.
    pub inputs: Vec<Input>,
}

/// One thing a rule looked at.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Input {
    /// What it is.
    pub name: String,
    /// What was found.
    pub value: String,
    /// What it was held against: `at most 460.8 MiB`.
    pub bound: Option<String>,
    /// Where it stands in the run. `None` for what no single event says.
    pub place: Option<Place>,
    /// The settings of the profile behind it.
    pub rests_on: &'static [&'static str],
    /// The value over its bound, where it is about speed.
    #[serde(skip)]
    pub(in crate::compare) ratio: Option<f64>,
}

/// Where in a run something stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The first moment.
    #[serde(rename = "from_us")]
    pub from: Elapsed,
    /// The last moment.
    #[serde(rename = "to_us")]
    pub to: Elapsed,
    /// The kinds of events that say it, as they are stored.
    #[serde(serialize_with = "words")]
    pub kinds: &'static [&'static str],
}

fn words<S: Serializer>(words: &&'static [&'static str], serializer: S) -> Result<S::Ok, S::Error> {
    words.serialize(serializer)
}

impl Place {
    /// Whether this event is one of those that say it.
    pub fn holds(&self, event: &Event) -> bool {
        (self.from..=self.to).contains(&event.at) && self.kinds.contains(&kind_name(&event.kind))
    }

    pub(super) fn at(at: Elapsed, kinds: &'static [&'static str]) -> Self {
        Self { from: at, to: at, kinds }
    }

    pub(super) fn of(phase: &PhaseUse, kinds: &'static [&'static str]) -> Self {
        Self { from: phase.from, to: phase.to, kinds }
    }

    pub(super) fn whole(length: Elapsed, kinds: &'static [&'static str]) -> Self {
        Self { from: Elapsed::ZERO, to: length, kinds }
    }

    pub(super) fn peak(peak: &Peak) -> Self {
        Self::at(peak.at, &["sample"])
    }
}

impl Input {
    /// Something that was found, and needs no bound.
    pub(super) fn found(name: &str, value: impl Into<String>, place: Place) -> Self {
        Self {
            name: name.to_owned(),
            value: value.into(),
            bound: None,
            place: Some(place),
            rests_on: settings::NONE,
            ratio: None,
        }
    }

    pub(super) fn against(mut self, bound: impl Into<String>, rests_on: &'static [&'static str]) -> Self {
        self.bound = Some(bound.into());
        self.rests_on = rests_on;
        self
    }

    pub(super) fn speed(mut self, ratio: f64) -> Self {
        self.ratio = Some(ratio);
        self
    }

    /// `peak need 490.0 MiB, at most 460.8 MiB`
    fn sentence(&self) -> String {
        let bound = self.bound.as_ref().map(|bound| format!(", {bound}")).unwrap_or_default();
        format!("{} {}{bound}", self.name, self.value)
    }
}

impl Evidence {
    /// What was found in words, the first things of it.
    pub fn sentence(&self) -> String {
        const SHOWN: usize = 2;
        let mut parts: Vec<String> = self.inputs.iter().take(SHOWN).map(Input::sentence).collect();
        if self.inputs.len() > SHOWN {
            parts.push(format!("and {} more", self.inputs.len() - SHOWN));
        }
        parts.join("; ")
    }
}
