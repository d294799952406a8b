//! What to do after a run: what went wrong in it, and the line or the change that mends it. A pure fold: each
//! advice names the event that it rests on.

mod log;
mod system;
#[cfg(test)]
mod tests;

use serde::Serialize;

use super::memory::MemoryUse;
use super::trend::{self, Trend};
use super::words;
use crate::event::{Event, Exit, ExitCause, Finish, Header, Kind, LISTENS_ELSEWHERE, Losses, ONLY_ITSELF, State, Why};
use crate::units::Elapsed;
use log::Trouble;

/// From this share of the limit on, in percent, a need before the first visitor leaves too little for them.
const NEAR_LIMIT_PERCENT: f64 = 80.0;
/// The status of a process that was killed.
const KILLED: i32 = 137;
/// How many are shown; the first ones count.
const MOST: usize = 12;

/// Something to do, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Advice {
    /// The rule that it follows from.
    pub rule: AdviceRule,
    /// The moment of the event that says so.
    #[serde(rename = "at_us")]
    pub at: Elapsed,
    /// What it is about: a module, a library, a variable. Each is told once.
    #[serde(skip)]
    pub about: String,
    /// What was seen, as a clause.
    pub seen: String,
    /// What to do about it.
    pub action: String,
    /// What belongs to it, one thing a line: files with their sizes.
    pub details: Vec<String>,
}

/// What an advice follows from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AdviceRule {
    /// The app imports what is not installed.
    MissingModule,
    /// What it imports is installed in a version that lacks something.
    WrongVersion,
    /// A library of the system is missing.
    MissingLibrary,
    /// A program is missing.
    MissingCommand,
    /// A variable or a secret is missing.
    MissingVariable,
    /// The app listens where the platform does not reach it.
    Unreachable,
    /// It did not stop when it was asked to.
    StopIgnored,
    /// It needs nearly all of its memory before the first visitor.
    MemoryAtStart,
    /// Its need grows for as long as the load goes on.
    Leak,
    /// Files that it wrote are gone.
    LostFiles,
}

#[derive(Debug, Clone, Default)]
pub(super) struct AdviceFold {
    found: Vec<Advice>,
    /// The port the app must listen on, the variable that tells it, and the address to bind.
    port: (u16, Option<String>, String),
    signal: String,
    grace: Elapsed,
    /// Since when the app is being stopped.
    stopping: Option<Elapsed>,
}

impl AdviceFold {
    pub(super) fn begin(&mut self, header: &Header) {
        let (port, shutdown) = (&header.spec.port, &header.spec.shutdown);
        self.port = (port.number, port.variable.clone(), port.bind.clone());
        (self.signal, self.grace) = (shutdown.signal.clone(), shutdown.grace);
    }

    pub(super) fn add(&mut self, event: &Event) {
        let at = event.at;
        match &event.kind {
            Kind::Log { line, .. } => self.hear(at, line),
            Kind::State { to: State::Stopping, why, .. } => {
                self.stopping = (*why != Why::BootTimeout).then_some(at);
            }
            Kind::Exited(exit) => self.ended(at, exit),
            Kind::Losses(losses) => self.lost(at, losses),
            Kind::Finished(Finish::NeverServed(story) | Finish::GivenUp(story)) => self.gave_up(at, story),
            _ => {}
        }
    }

    fn hear(&mut self, at: Elapsed, line: &str) {
        if let Some(trouble) = log::trouble(line) {
            self.advise(at, trouble);
        }
    }

    fn advise(&mut self, at: Elapsed, Trouble { rule, about, seen, action }: Trouble) {
        self.put(Advice { rule, at, about, seen, action, details: Vec::new() });
    }

    /// Each thing once, however often it happened. Of a missing variable the last line says most: it stands at the
    /// end of the trace that began with its name.
    fn put(&mut self, advice: Advice) {
        let same = |one: &&mut Advice| (one.rule, &one.about) == (advice.rule, &advice.about);
        let full = self.found.len() >= MOST;
        match self.found.iter_mut().find(same) {
            Some(known) if advice.rule == AdviceRule::MissingVariable => *known = Advice { at: known.at, ..advice },
            None if !full => self.found.push(advice),
            Some(_) | None => {}
        }
    }

    fn of_run(&mut self, rule: AdviceRule, at: Elapsed, seen: String, action: String) {
        self.put(Advice { rule, at, about: String::new(), seen, action, details: Vec::new() });
    }

    /// Only the end of its grace kills an app that is stopped, unless somebody is impatient.
    fn ended(&mut self, at: Elapsed, exit: &Exit) {
        let Some(since) = self.stopping.take() else { return };
        let waited_for = at.since(since) >= self.grace && self.signal != "SIGKILL";
        if exit.cause != ExitCause::Stopped || exit.code != KILLED || !waited_for {
            return;
        }
        let (signal, grace) = (&self.signal, self.grace);
        let seen = format!("the app went on after {signal} and was killed {grace} later");
        let action = format!(
            "handle {signal}; where a shell starts the app, let it become the app (`exec`), or write the command \
             as a list of words: a shell passes no signal on"
        );
        self.of_run(AdviceRule::StopIgnored, at, seen, action);
    }

    fn lost(&mut self, at: Elapsed, losses: &Losses) {
        let files = words::count(losses.count, "file that the app wrote is", "files that the app wrote are");
        let size = words::size(losses.size);
        let seen = format!("{files} gone with the instance, {size} in all");
        let action = "keep what must last somewhere else: a database, object storage, or a disk that is bought".into();
        let details = losses.largest.iter().map(words::lost).collect();
        // The losses of every instance look alike; the largest ones are told.
        let earlier = self.found.iter().position(|advice| advice.rule == AdviceRule::LostFiles);
        let advice = Advice { rule: AdviceRule::LostFiles, at, about: String::new(), seen, action, details };
        match earlier {
            Some(place) if self.found[place].details.len() >= losses.largest.len() => {}
            Some(place) => self.found[place] = advice,
            None => self.put(advice),
        }
    }

    fn gave_up(&mut self, at: Elapsed, story: &str) {
        if let Some(trouble) = log::trouble(story) {
            self.advise(at, trouble);
        }
        let (port, variable, bind) = &self.port;
        let named = variable.as_ref().map_or_else(|| format!("port {port}"), |name| format!("the port in `{name}`"));
        let action = if story.contains(ONLY_ITSELF) {
            format!("listen on `{bind}`: on the loopback address nobody but the app itself reaches it")
        } else if story.contains(LISTENS_ELSEWHERE) {
            format!("listen on {named}, which is {port} here, at `{bind}`")
        } else {
            return;
        };
        let seen = story.split(" (").next().unwrap_or(story).to_owned();
        self.of_run(AdviceRule::Unreachable, at, seen, action);
    }

    /// What the events so far advise, in the order of the events.
    pub(super) fn advice(&self, memory: Option<&MemoryUse>, trends: &[Trend]) -> Vec<Advice> {
        let mut all = self.found.clone();
        all.extend(memory.and_then(full_at_start));
        all.extend(Trend::foremost(trends).and_then(leak));
        all.sort_by_key(|advice| advice.at);
        all
    }
}

/// Told where it was seen whole: at the end of what was looked at.
fn leak(trend: &Trend) -> Option<Advice> {
    let (seen, action) = trend::advice(trend)?;
    let about = String::new();
    Some(Advice { rule: AdviceRule::Leak, at: trend.to, about, seen, action, details: Vec::new() })
}

fn full_at_start(memory: &MemoryUse) -> Option<Advice> {
    let peak = memory.start_peak?;
    let percent = peak.need.percent_of(memory.kill_at);
    if percent < NEAR_LIMIT_PERCENT {
        return None;
    }
    let left = memory.kill_at.bytes().saturating_sub(peak.need.bytes());
    let seen = format!("before its first visitor the app needed {}, {percent:.0} % of the limit", peak.need.human());
    let left = crate::units::Memory::from_bytes(left).human();
    let action = format!(
        "{left} are left for visitors: load less at the start, or only when it is asked for; else the next plan"
    );
    let rule = AdviceRule::MemoryAtStart;
    Some(Advice { rule, at: peak.at, about: String::new(), seen, action, details: Vec::new() })
}
