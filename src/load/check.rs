use std::fmt;

use tokio::time::timeout;

use super::desk::House;
use super::exchange::ask;
use super::expect::Sight;
use super::request::Request;
use super::shell;
use super::tally::{Moments, Tally};
use super::watch::thread_cpu;
use super::wire::{Dial, Wire};
use crate::event::{LoadFailure, LoadReport};
use crate::scenario::{Call, Expect, Model, Scenario};
use crate::units::Elapsed;

/// So much of a body is looked at: the head of a page, and the beginning of what it shows.
const SEEN: usize = 16 * 1024;

/// A call that the app does not answer as the scenario expects.
#[derive(Debug, Clone, PartialEq)]
pub struct Mismatch {
    /// What was asked.
    pub call: Call,
    /// What came back.
    pub got: Got,
    /// Whether the app was away when it was asked.
    pub cold: bool,
    /// The time that an answer may take.
    pub timeout: Elapsed,
}

/// What came back when the app was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Got {
    /// An answer.
    Answer {
        /// Its status.
        status: u16,
        /// The beginning of its body, made readable.
        beginning: String,
    },
    /// None. Never [`LoadFailure::Status`] or [`LoadFailure::Body`].
    Nothing(LoadFailure),
}

/// Every call that may be made beforehand, once, in the order in which they first stand there.
///
/// A phase that makes its calls a number of times means that number, and steps are gone through once: an upload
/// that was made already would spoil the figures it is there for. What stands behind it may need what it did.
pub(super) fn distinct(scenario: &Scenario) -> Vec<Call> {
    let mut calls: Vec<Call> = Vec::new();
    let before =
        scenario.phases.iter().take_while(|phase| !matches!(phase.model, Model::Each { .. } | Model::Steps { .. }));
    // A session keeps memory after its user has left: one that was only tried would stand in the figures.
    let before = before.filter(|phase| !matches!(phase.model, Model::Sessions { .. }));
    for call in before.flat_map(|phase| &phase.calls) {
        // How often it is chosen does not make it another one.
        let same = |other: &&Call| Call { weight: call.weight, ..(*other).clone() } == *call;
        if calls.iter().find(same).is_none() {
            calls.push(call.clone());
        }
    }
    calls
}

/// The check as it goes on.
#[derive(Debug)]
pub(super) struct Check {
    tally: Tally,
    began: Elapsed,
    cpu: Elapsed,
    pub(super) mismatches: Vec<Mismatch>,
    /// What the user should know about the answers, as sentences.
    pub(super) remarks: Vec<String>,
}

impl Check {
    pub(super) fn begin<D: Dial>(house: &House<D>) -> Self {
        Self {
            tally: Tally::new(),
            began: house.watch.now(),
            cpu: thread_cpu(),
            mismatches: Vec::new(),
            remarks: Vec::new(),
        }
    }

    /// Asks for one call after the other. Ends early when no answer comes at all: the next one would not come either.
    pub(super) async fn run<D: Dial>(&mut self, house: &House<D>, calls: &[Call], host: &str) {
        let mut wire = house.kept.borrow_mut().pop();
        for call in calls {
            self.one(house, call, host, &mut wire).await;
            if matches!(self.mismatches.last(), Some(Mismatch { got: Got::Nothing(_), .. })) {
                break;
            }
        }
        house.kept.borrow_mut().extend(wire);
    }

    async fn one<D: Dial>(&mut self, house: &House<D>, call: &Call, host: &str, wire: &mut Option<Wire<D::Stream>>) {
        let request = Request::new(call, host);
        let mut sight = Sight::new(&call.expect, SEEN);
        let sent = house.watch.now();
        self.tally.sent(Elapsed::ZERO);
        let how = timeout(house.timeout.duration(), ask(&house.dial, wire, &request, &mut sight)).await;
        let ended = house.watch.now();
        let cold = house.gates.were_shut(sent, sent);
        let (verdict, got) = match how.unwrap_or(Err(LoadFailure::TimedOut)) {
            Ok(heard) => {
                let beginning = String::from_utf8_lossy(&sight.beginning).into_owned();
                self.remarks.extend(shell::remark(call, &beginning));
                (sight.judge(heard.status), Got::Answer { status: heard.status, beginning })
            }
            Err(failure) => (Err(failure), Got::Nothing(failure)),
        };
        match verdict {
            Ok(()) => self.tally.answered(Moments { due: sent, sent, ended }, cold, false),
            Err(failure) => {
                self.tally.failed(failure, 1);
                self.mismatches.push(Mismatch { call: call.clone(), got, cold, timeout: house.timeout });
            }
        }
    }

    /// The counts of a check of `all` calls.
    pub(super) fn report<D: Dial>(&mut self, house: &House<D>, all: usize) -> LoadReport {
        self.tally.give_up(LoadFailure::GivenUp);
        let mut report = self.tally.report((all as u64).saturating_sub(self.tally.sent));
        report.lasted = house.watch.now().since(self.began);
        report.generator_cpu = thread_cpu().since(self.cpu);
        report
    }
}

impl fmt::Display for Mismatch {
    /// ``` `GET /search` was answered with status 404 and `not here`, expected a status below 400 ```
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{} {}` ", self.call.method, self.call.path)?;
        match &self.got {
            Got::Answer { status, beginning } => {
                write!(f, "was answered with status {status}{}", quoted(beginning))?;
            }
            Got::Nothing(LoadFailure::Refused) => f.write_str("got no connection")?,
            Got::Nothing(LoadFailure::TimedOut) => write!(f, "had no whole answer after {}", self.timeout.human())?,
            Got::Nothing(_) => f.write_str("was cut off before its answer was whole")?,
        }
        let away = if self.cold { " while the app was away" } else { "" };
        write!(f, "{away}, expected {}", expected(&self.call.expect))
    }
}

/// The first line of what is not markup.
fn quoted(beginning: &str) -> String {
    let line: String = beginning.trim().lines().next().unwrap_or_default().chars().take(80).collect();
    if line.is_empty() { " and no body".to_owned() } else { format!(" and `{line}`") }
}

fn expected(expect: &Expect) -> String {
    let status = expect.status.map_or("a status below 400".to_owned(), |status| format!("status {status}"));
    let holds = expect.holds.iter().map(|text| format!("a body that holds `{text}`"));
    let lacks = expect.lacks.iter().map(|text| format!("a body without `{text}`"));
    [status].into_iter().chain(holds).chain(lacks).collect::<Vec<_>>().join(" and ")
}
