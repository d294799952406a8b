//! Events as plain lines, for terminals and pipes, live and in a replay.

mod header;
mod line;
mod requests;
mod share;
mod users;

pub use line::{Line, Tag, Tone};

use requests::RequestLines;
use share::ShareLines;
use users::UserLines;

use super::kill::is_kill;
use super::words;
use crate::event::{Event, Exit, ExitCause, Finish, InstanceId, Kind, LoadReport, Sample, State, Why};
use crate::units::Memory;

/// A need from this share of the limit on, in percent, is worth a line …
const NEAR_LIMIT_PERCENT: f64 = 90.0;
/// … and again only after it has been below this share.
const WELL_BELOW_PERCENT: f64 = 80.0;

/// How much is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Detail {
    /// What a user wants to follow: states, kills, the logs, failed and held requests.
    #[default]
    Normal,
    /// Every event but samples.
    Verbose,
}

/// Turns events into lines.
///
/// It is a fold, because some lines need the past: a need that comes near the limit is told once,
/// failing health checks once, and failing requests a few at a time.
#[derive(Debug, Clone)]
pub struct Lines {
    detail: Detail,
    kill_at: Memory,
    near_limit: bool,
    unhealthy: u64,
    requests: RequestLines,
    shares: ShareLines,
    users: UserLines,
}

impl Lines {
    /// Before the first event.
    pub fn new(detail: Detail) -> Self {
        Self {
            detail,
            kill_at: Memory::default(),
            near_limit: false,
            unhealthy: 0,
            requests: RequestLines::new(detail),
            shares: ShareLines::new(detail),
            users: UserLines::new(),
        }
    }

    /// The lines that the next event gives rise to. Often none.
    pub fn add(&mut self, event: &Event) -> Vec<Line> {
        let mut told = self.requests.overdue(event);
        let lines: Vec<(Tag, Tone, String)> = match &event.kind {
            Kind::Header(header) => {
                self.kill_at = header.spec.memory.kill_at;
                header::lines(header)
            }
            Kind::Sample(sample) => self.sample(sample),
            Kind::Request(request) => self.requests.add(event.at, request),
            Kind::Share(share) => self.shares.add(event.at, share),
            Kind::Gauges(gauges) => {
                self.users.add(gauges).map(|text| (Tag::Run, Tone::Plain, text)).into_iter().collect()
            }
            Kind::HealthFailed { instance, reason } => self.unwell(*instance, reason),
            Kind::HealthRecovered { instance } => self.well(*instance),
            Kind::Exited(exit) => self.exit(exit),
            other => self.one(other).into_iter().collect(),
        };
        told.extend(lines.into_iter().flat_map(|(tag, tone, text)| Line::split(event.at, tag, tone, &text)));
        told
    }

    /// Kinds that need no past.
    fn one(&self, kind: &Kind) -> Option<(Tag, Tone, String)> {
        let (tag, tone, text) = match kind {
            Kind::Listening { address } => (Tag::Run, Tone::Good, format!("listening on {address}")),
            Kind::State { from, to, why } => (Tag::State, tone(*to), change(*from, *to, why)),
            Kind::WakeAsked { by: Some(request) } => {
                (Tag::Wake, Tone::Plain, format!("asked for by request {}", request.0))
            }
            Kind::WakeAsked { by: None } => (Tag::Wake, Tone::Plain, "asked for by the user".to_owned()),
            Kind::ChildOutOfMemory { instance, need } => (Tag::Kill, Tone::Bad, self.child_kill(*instance, *need)),
            Kind::Log { line, stderr: false, .. } => (Tag::App, Tone::Plain, line.clone()),
            Kind::Log { line, stderr: true, .. } => (Tag::App, Tone::Warn, line.clone()),
            Kind::Losses(losses) => (Tag::Notice, Tone::Warn, words::losses(losses)),
            Kind::Platform { line } => (Tag::Platform, Tone::Dim, line.clone()),
            Kind::Notice { text } => (Tag::Notice, Tone::Warn, text.clone()),
            Kind::Phase(phase) => (Tag::Load, Tone::Good, format!("{}: {}", phase.name, phase.what)),
            Kind::Load(load) => (Tag::Load, load_tone(load), words::load(load)),
            Kind::Mark { text } => (Tag::Mark, Tone::Good, text.clone()),
            Kind::Finished(finish) => (Tag::Run, finish_tone(finish), words::finish(finish)),
            detail if self.detail == Detail::Verbose => (Tag::Engine, Tone::Dim, small_step(detail)?),
            _ => return None,
        };
        Some((tag, tone, text))
    }

    fn sample(&mut self, sample: &Sample) -> Vec<(Tag, Tone, String)> {
        let percent = sample.need.percent_of(self.kill_at);
        let comes_near = percent >= NEAR_LIMIT_PERCENT && !self.near_limit;
        self.near_limit = if self.near_limit { percent >= WELL_BELOW_PERCENT } else { comes_near };
        let text = || format!("near the limit: {} of {} ({percent:.0} %)", sample.need.human(), self.kill_at);
        comes_near.then(|| (Tag::Memory, Tone::Warn, text())).into_iter().collect()
    }

    fn unwell(&mut self, instance: InstanceId, reason: &str) -> Vec<(Tag, Tone, String)> {
        self.unhealthy += 1;
        let told = self.unhealthy == 1 || self.detail == Detail::Verbose;
        let text = || format!("check of instance {instance} failed: {reason}");
        told.then(|| (Tag::Health, Tone::Warn, text())).into_iter().collect()
    }

    fn well(&mut self, instance: InstanceId) -> Vec<(Tag, Tone, String)> {
        let failures = words::count(std::mem::take(&mut self.unhealthy), "failure", "failures");
        vec![(Tag::Health, Tone::Good, format!("instance {instance} answers again after {failures}"))]
    }

    /// The end of a process is told when it is news: not when emu stopped it.
    fn exit(&mut self, exit: &Exit) -> Vec<(Tag, Tone, String)> {
        (self.unhealthy, self.near_limit) = (0, false);
        let instance = exit.instance;
        let line = match exit.cause {
            ExitCause::Stopped if self.detail == Detail::Normal => return Vec::new(),
            cause if is_kill(cause) => (Tag::Kill, Tone::Bad, self.kill(exit)),
            ExitCause::Crashed => {
                (Tag::Kill, Tone::Bad, format!("instance {instance} crashed with status {}", exit.code))
            }
            other => {
                (Tag::Engine, Tone::Plain, format!("instance {instance} {}, status {}", words::exit(other), exit.code))
            }
        };
        vec![line]
    }

    fn kill(&self, exit: &Exit) -> String {
        let need = self.need(exit.need);
        if exit.cause == ExitCause::KilledFromOutside {
            return format!("instance {} was killed from outside, status {}; {need}", exit.instance, exit.code);
        }
        let counter = exit.kernel_oom_kills.map_or_else(|| "not readable".to_owned(), |kills| kills.to_string());
        let engine = if exit.engine_says_oom { "yes" } else { "no" };
        format!(
            "instance {} ran out of memory and was killed; {need} (witnesses: the engine {engine}, the kernel's counter {counter})",
            exit.instance
        )
    }

    fn child_kill(&self, instance: InstanceId, need: Option<Memory>) -> String {
        let need = self.need(need);
        format!("a child process in instance {instance} ran out of memory and was killed, the instance lives; {need}")
    }

    fn need(&self, need: Option<Memory>) -> String {
        let limit = self.kill_at;
        need.map_or_else(
            || format!("the need was not sampled, the limit is {limit}"),
            |need| format!("last sampled need {} of {limit}", need.human()),
        )
    }
}

fn change(from: State, to: State, why: &Why) -> String {
    format!("{} -> {} ({})", words::state(from), words::state(to), words::why(why))
}

fn tone(state: State) -> Tone {
    match state {
        State::Serving => Tone::Good,
        State::Backoff | State::Draining => Tone::Warn,
        State::Suspended => Tone::Bad,
        _ => Tone::Plain,
    }
}

fn load_tone(load: &LoadReport) -> Tone {
    if load.answered < load.due { Tone::Warn } else { Tone::Plain }
}

fn finish_tone(finish: &Finish) -> Tone {
    match finish {
        Finish::Completed => Tone::Good,
        Finish::Interrupted => Tone::Plain,
        _ => Tone::Bad,
    }
}

/// Steps that matter only to whoever looks closely.
fn small_step(kind: &Kind) -> Option<String> {
    Some(match kind {
        Kind::PlatformReady => "the platform's own delay is over".to_owned(),
        Kind::Created { instance } => format!("instance {instance} is made"),
        Kind::Started { instance } => format!("the process of instance {instance} runs"),
        Kind::PortOpen { instance } => format!("instance {instance} accepts connections"),
        Kind::Ready { instance } => format!("instance {instance} gave its first healthy answer"),
        Kind::Removed { instance } => format!("instance {instance} is removed with its disk"),
        Kind::Gate(gate) => header::gate(gate),
        _ => return None,
    })
}
