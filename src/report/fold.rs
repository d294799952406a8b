use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use serde::Serialize;

use super::advice::{Advice, AdviceFold};
use super::cpu::{CpuFold, CpuUse};
use super::facts::RunFacts;
use super::idle::{Idle, IdleFold};
use super::kill::{Kill, KillFold};
use super::memory::{MemoryFold, MemoryUse};
use super::phases::{PhaseUse, PhasesFold};
use super::price::{Usage, UsageFold};
use super::requests::{Requests, RequestsFold};
use super::sections::sections;
use super::start::{Start, StartFold, StartKind};
use super::states::{StateTime, StatesFold};
use super::text::text;
use super::trend::{Trend, TrendFold};
use super::users::{Users, UsersFold};
use crate::event::{Event, ExitCause, Finish, Kind, PhaseRole, STOPPING, State, Why};
use crate::units::Elapsed;

/// How many log lines of an app that never served are repeated in its summary.
const LAST_WORDS: usize = 10;
/// How many of emu's own notices are repeated in a summary.
const NOTICES: usize = 20;

/// The version of the JSON form of a summary. A higher number means that readers have to change;
/// fields may be added without one.
pub const SCHEMA: u32 = 1;

/// A run in numbers. Made by [`Fold`].
///
/// As JSON, times are in microseconds (`…_us`) and memory is in bytes (`…_bytes`);
/// `docs/reference/json.md` describes it. As text, it is what a run ends with.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// The version of its JSON form: [`SCHEMA`].
    pub schema: u32,
    /// What was run.
    pub run: RunFacts,
    /// The moment of the last event.
    #[serde(rename = "length_us")]
    pub length: Elapsed,
    /// How it ended; `None` when it is still running, or was cut off.
    pub finish: Option<Finish>,
    /// Whether it is still running. Events cannot tell, so [`Fold`] says no.
    pub running: bool,
    /// Every start, in order: the first one, wakes and restarts.
    pub starts: Vec<Start>,
    /// The states that were entered, and the time in each.
    pub states: Vec<StateTime>,
    /// Memory; `None` when nothing was sampled.
    pub memory: Option<MemoryUse>,
    /// How the need of each instance went on in each phase that counts; at most the eight longest.
    pub trends: Vec<Trend>,
    /// CPU; `None` when nothing was sampled.
    pub cpu: Option<CpuUse>,
    /// What it used while it was busy, which is what prices by use are worked out from. `None` when no time was
    /// measured, or nothing was sampled in it.
    pub usage: Option<Usage>,
    /// Requests.
    pub requests: Requests,
    /// Who was connected, and what the app said of itself; `None` where nobody was and it said nothing.
    pub users: Option<Users>,
    /// Why it was awake.
    pub idle: Idle,
    /// What happened in each phase of the load; empty without load.
    pub phases: Vec<PhaseUse>,
    /// Every kill with its story.
    pub kills: Vec<Kill>,
    /// How the main processes ended.
    pub exits: BTreeMap<ExitCause, u64>,
    /// How often the app was put to sleep.
    pub sleeps: u64,
    /// How often it was started again after an end.
    pub restarts: u64,
    /// Health checks that failed.
    pub health_failures: u64,
    /// The first of emu's own notices.
    pub notices: Vec<String>,
    /// What to do after it, each with what it rests on.
    pub advice: Vec<Advice>,
    /// The last lines of the app's log. Only when it never served.
    pub last_words: Vec<String>,
    /// How many events the summary is made of.
    pub events: u64,
    /// Numbers missing among the events: the record lost them.
    pub missing: u64,
}

impl Summary {
    /// The trend to tell: a leak before anything else, else what was looked at longest.
    pub fn trend(&self) -> Option<&Trend> {
        Trend::foremost(&self.trends)
    }

    /// The first start of the run.
    pub fn first_start(&self) -> Option<&Start> {
        self.starts.iter().find(|start| start.kind == StartKind::First)
    }

    /// Every wake, in order.
    pub fn wakes(&self) -> impl Iterator<Item = &Start> {
        self.starts.iter().filter(|start| start.kind == StartKind::Wake)
    }

    /// Whether the app answered every request of the check as its scenario expects and got no phase mostly wrong,
    /// and a program that drove the load ended well; `None` without any load.
    pub fn load_holds(&self) -> Option<bool> {
        let reports = self.phases.iter().filter_map(|phase| Some((phase.role, phase.load.as_ref()?)));
        let held = reports.map(|(role, load)| match load.command_exit {
            Some(code) => code == 0,
            None if role == PhaseRole::Check => load.answered == load.due,
            None => !load.is_mostly_wrong(),
        });
        held.reduce(|all, one| all && one)
    }

    /// The most CPU that sending took in any phase that counts, in percent of a core; `None` where emu sent nothing.
    pub fn generator_percent(&self) -> Option<f64> {
        let measured = self.phases.iter().filter(|phase| phase.role == PhaseRole::Measure);
        let loads = measured.filter_map(|phase| phase.load.as_ref()).filter(|load| load.command_exit.is_none());
        loads.filter_map(|load| load.generator_percent).reduce(f64::max)
    }

    /// Whether visitors were ever let in.
    pub fn served(&self) -> bool {
        self.states.iter().any(|time| time.state == State::Serving)
    }

    /// Whether the platform's timers ran faster than the world's.
    pub fn warped(&self) -> bool {
        self.run.warp > 1
    }
}

/// For people, within 100 columns, without a line end after the last line.
impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&text(&sections(self), 100))
    }
}

/// Folds events, one after another, into a [`Summary`]. Reading the summary changes nothing.
#[derive(Debug, Clone, Default)]
pub struct Fold {
    run: RunFacts,
    length: Elapsed,
    finish: Option<Finish>,
    starts: StartFold,
    states: StatesFold,
    memory: MemoryFold,
    trends: TrendFold,
    cpu: CpuFold,
    usage: UsageFold,
    requests: RequestsFold,
    users: UsersFold,
    idle: IdleFold,
    phases: PhasesFold,
    kills: KillFold,
    exits: BTreeMap<ExitCause, u64>,
    sleeps: u64,
    health_failures: u64,
    notices: Vec<String>,
    advice: AdviceFold,
    last_words: VecDeque<String>,
    events: u64,
    next: u64,
}

impl Fold {
    /// Before the first event.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the next event.
    pub fn add(&mut self, event: &Event) {
        self.length = self.length.max(event.at);
        self.events += 1;
        self.next = self.next.max(event.seq + 1);
        self.starts.add(event);
        self.states.add(event);
        self.memory.add(event);
        self.trends.add(event);
        self.cpu.add(event);
        self.usage.add(event);
        self.requests.add(event);
        self.users.add(event);
        self.idle.add(event);
        self.phases.add(event);
        self.kills.add(event);
        self.advice.add(event);
        self.count(&event.kind);
    }

    fn count(&mut self, kind: &Kind) {
        match kind {
            Kind::Header(header) => {
                self.run = header.as_ref().into();
                self.memory.begin(header);
                self.idle.begin(header);
                self.trends.begin(header);
                self.cpu.begin(header);
                self.kills.begin(header);
                self.advice.begin(header);
            }
            Kind::State { to: State::Asleep, why, .. } if *why != Why::Begin => self.sleeps += 1,
            Kind::Exited(exit) => *self.exits.entry(exit.cause).or_default() += 1,
            Kind::HealthFailed { .. } => self.health_failures += 1,
            Kind::Notice { text } if text.starts_with(STOPPING) => {}
            Kind::Notice { text } if self.notices.len() < NOTICES => self.notices.push(text.clone()),
            Kind::Log { line, .. } => self.hear(line),
            Kind::Finished(finish) => self.finish = Some(finish.clone()),
            _ => {}
        }
    }

    fn hear(&mut self, line: &str) {
        if self.last_words.len() == LAST_WORDS {
            self.last_words.pop_front();
        }
        self.last_words.push_back(line.to_owned());
    }

    /// What the events so far say.
    pub fn summary(&self) -> Summary {
        let (memory, trends) = (self.memory.memory(), self.trends.trends());
        let (starts, states) = (self.starts.starts(), self.states.times());
        let restarts = starts.iter().filter(|start| start.kind == StartKind::Restart).count() as u64;
        let served = states.iter().any(|time| time.state == State::Serving);
        Summary {
            schema: SCHEMA,
            run: self.run.clone(),
            length: self.length,
            finish: self.finish.clone(),
            running: false,
            starts,
            states,
            advice: self.advice.advice(memory.as_ref(), &trends),
            memory,
            trends,
            cpu: self.cpu.cpu(),
            usage: self.usage.usage(),
            requests: self.requests.requests(),
            users: self.users.users(),
            idle: self.idle.idle(),
            phases: self.phases.phases(),
            kills: self.kills.kills(),
            exits: self.exits.clone(),
            sleeps: self.sleeps,
            restarts,
            health_failures: self.health_failures,
            notices: self.notices.clone(),
            last_words: if served { Vec::new() } else { self.last_words.iter().cloned().collect() },
            events: self.events,
            missing: self.next.saturating_sub(self.events),
        }
    }
}
