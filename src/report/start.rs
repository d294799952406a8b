use serde::Serialize;

use super::cpu::Throttled;
use crate::event::{Ending, Event, InstanceId, Kind, Request, RequestId, State, Why};
use crate::units::Elapsed;

/// One way from the decision to start to the first healthy answer, and where its time went.
///
/// A part is `None` when the start did not come so far. The parts follow one another without gaps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Start {
    /// What kind of start it is.
    pub kind: StartKind,
    /// When it was decided; for a wake, when it was asked for.
    #[serde(rename = "at_us")]
    pub at: Elapsed,
    /// The instance it made.
    pub instance: Option<InstanceId>,
    /// From asking to deciding. Zero unless the old instance was still being stopped.
    #[serde(rename = "wait_us")]
    pub wait: Elapsed,
    /// The platform's own delay. Zero where there is none.
    #[serde(rename = "platform_us")]
    pub platform: Option<Elapsed>,
    /// Making and starting the instance, until its process runs. This is the engine on this machine.
    #[serde(rename = "engine_us")]
    pub engine: Option<Elapsed>,
    /// From the process to an open port; to the first healthy answer where no port was seen to open.
    #[serde(rename = "boot_us")]
    pub boot: Option<Elapsed>,
    /// From the open port to the first healthy answer.
    #[serde(rename = "answer_us")]
    pub answer: Option<Elapsed>,
    /// From the decision to the first healthy answer. `None` when it never came.
    #[serde(rename = "total_us")]
    pub total: Option<Elapsed>,
    /// How the boot was held up for want of CPU: the last sample before the first healthy answer.
    pub boot_throttled: Option<Throttled>,
    /// The request that asked for a wake, once it has ended.
    pub asker: Option<Asker>,
}

/// What kind of start it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StartKind {
    /// The first of the run.
    First,
    /// Out of sleep.
    Wake,
    /// After an end, or because somebody asked.
    Restart,
}

/// The request that asked for a wake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Asker {
    /// Which.
    pub request: RequestId,
    /// How it ended.
    pub ending: Ending,
    /// The status it got.
    pub status: Option<u16>,
    /// From its arrival to its first byte.
    #[serde(rename = "waited_us")]
    pub waited: Option<Elapsed>,
    /// From the first healthy answer to the first byte of this request's own answer. `None` when
    /// the app did not answer it.
    #[serde(rename = "after_ready_us")]
    pub after_ready: Option<Elapsed>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct StartFold {
    starts: Vec<Tracked>,
    /// A wake was asked for and its start is not decided yet.
    asked: Option<(Elapsed, Option<RequestId>)>,
}

/// A start with the moments its parts are measured from.
#[derive(Debug, Clone)]
struct Tracked {
    start: Start,
    open: bool,
    asked_by: Option<RequestId>,
    platform_ready: Option<Elapsed>,
    started: Option<Elapsed>,
    port_open: Option<Elapsed>,
    ready: Option<Elapsed>,
}

impl StartFold {
    pub(super) fn add(&mut self, event: &Event) {
        match &event.kind {
            Kind::WakeAsked { by } => self.ask(event.at, *by),
            Kind::State { from, to: State::Starting, why } => self.begin(event.at, *from, why),
            Kind::State { to: State::Serving, .. } => {}
            Kind::State { .. } => self.close(),
            Kind::Request(request) => self.answer(request),
            _ => self.progress(event),
        }
    }

    pub(super) fn starts(&self) -> Vec<Start> {
        self.starts.iter().map(|tracked| tracked.start.clone()).collect()
    }

    /// A wake may be announced just before or just after its start is decided.
    fn ask(&mut self, at: Elapsed, by: Option<RequestId>) {
        match self.starts.last_mut() {
            Some(last) if last.open && last.start.kind == StartKind::Wake && last.asked_by.is_none() => {
                last.asked_by = by;
            }
            _ => self.asked = Some((at, by)),
        }
    }

    fn begin(&mut self, at: Elapsed, from: State, why: &Why) {
        self.close();
        let kind = match (from, why) {
            (_, Why::Begin) => StartKind::First,
            (_, Why::Wake) | (State::Asleep, _) => StartKind::Wake,
            _ => StartKind::Restart,
        };
        let asked = self.asked.take().filter(|_| kind == StartKind::Wake);
        self.starts.push(Tracked {
            start: Start {
                kind,
                at: asked.map_or(at, |(asked_at, _)| asked_at),
                wait: asked.map_or(Elapsed::ZERO, |(asked_at, _)| at.since(asked_at)),
                instance: None,
                platform: None,
                engine: None,
                boot: None,
                answer: None,
                total: None,
                boot_throttled: None,
                asker: None,
            },
            open: true,
            asked_by: asked.and_then(|(_, by)| by),
            platform_ready: None,
            started: None,
            port_open: None,
            ready: None,
        });
    }

    fn close(&mut self) {
        if let Some(last) = self.starts.last_mut() {
            last.open = false;
        }
    }

    fn progress(&mut self, event: &Event) {
        if let Some(last) = self.starts.last_mut().filter(|last| last.open) {
            last.progress(event);
        }
    }

    fn answer(&mut self, request: &Request) {
        let asked_by_it = |tracked: &&mut Tracked| tracked.asked_by == Some(request.id);
        let Some(tracked) = self.starts.iter_mut().rev().find(asked_by_it) else { return };
        let first_byte = request.first_byte.map(|after| request.arrived + after);
        let after_ready = match (request.ending, first_byte, tracked.ready) {
            (Ending::App, Some(byte), Some(ready)) if byte >= ready => Some(byte.since(ready)),
            _ => None,
        };
        tracked.start.asker = Some(Asker {
            request: request.id,
            ending: request.ending,
            status: request.status,
            waited: request.first_byte,
            after_ready,
        });
    }
}

impl Tracked {
    fn progress(&mut self, event: &Event) {
        match &event.kind {
            Kind::PlatformReady => self.platform_is_ready(event.at),
            Kind::Created { instance } => {
                self.start.instance = Some(*instance);
                self.start.platform.get_or_insert(Elapsed::ZERO);
            }
            Kind::Started { instance } => {
                self.start.instance = Some(*instance);
                self.started = Some(event.at);
                self.start.platform.get_or_insert(Elapsed::ZERO);
                self.start.engine = Some(event.at.since(self.platform_ready.unwrap_or(self.decided())));
            }
            Kind::PortOpen { .. } => {
                self.port_open = Some(event.at);
                self.start.boot = self.started.map(|started| event.at.since(started));
            }
            Kind::Ready { .. } => self.is_ready(event.at),
            Kind::Sample(sample) if Some(sample.instance) == self.start.instance => {
                self.start.boot_throttled = Some(sample.as_ref().into());
            }
            _ => {}
        }
    }

    fn decided(&self) -> Elapsed {
        self.start.at + self.start.wait
    }

    fn platform_is_ready(&mut self, at: Elapsed) {
        self.platform_ready = Some(at);
        self.start.platform = Some(at.since(self.decided()));
    }

    fn is_ready(&mut self, at: Elapsed) {
        self.ready = Some(at);
        self.open = false;
        self.start.total = Some(at.since(self.start.at));
        match self.port_open {
            Some(open) => self.start.answer = Some(at.since(open)),
            None => self.start.boot = self.started.map(|started| at.since(started)),
        }
    }
}
