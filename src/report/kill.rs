use std::collections::{BTreeMap, VecDeque};

use serde::Serialize;

use super::memory::{bytes, optional_bytes};
use super::requests::held;
use crate::event::{Ending, Event, Exit, ExitCause, Header, InstanceId, Kind, Request, RequestId, State};
use crate::profile::Cause;
use crate::units::{Elapsed, Memory};

/// A connection may break this long before the engine tells that the process is gone.
const NEAR: Elapsed = Elapsed::from_secs(1);
/// So many broken requests of a kill are named.
const NAMED: usize = 3;

/// One kill, and what it did to the visitors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kill {
    /// When it was told.
    #[serde(rename = "at_us")]
    pub at: Elapsed,
    /// What was killed, and by whom.
    pub victim: Victim,
    /// In which instance.
    pub instance: InstanceId,
    /// The need in the last sample before.
    #[serde(rename = "need_bytes", serialize_with = "optional_bytes")]
    pub need: Option<Memory>,
    /// Where the plan kills.
    #[serde(rename = "kill_at_bytes", serialize_with = "bytes")]
    pub kill_at: Memory,
    /// Witness one: the engine said "out of memory".
    pub engine_says_oom: bool,
    /// Witness two: the kernel's counter of kills in this group. `None` when it could not be read.
    pub kernel_oom_kills: Option<u64>,
    /// Requests that were open at that moment, or broke in the second before.
    pub in_flight: u64,
    /// Of these, the ones that got no proper answer from the app.
    pub broken: u64,
    /// The first of the broken ones, in the order in which they arrived: one of them asked for the memory.
    pub broken_requests: Vec<Broken>,
    /// The state that followed. `None` when none did: a child's death changes nothing by itself.
    pub then: Option<State>,
    /// From the kill until visitors were let in again. Zero when they never were kept out; `None`
    /// when the run ended before.
    #[serde(rename = "unavailable_us")]
    pub unavailable: Option<Elapsed>,
    /// What visitors saw who came in the meantime.
    pub meanwhile: Meanwhile,
}

/// A request that was open when the app was killed, and got no proper answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Broken {
    /// Its number.
    pub request: RequestId,
    /// Method.
    pub method: String,
    /// Path without the query.
    pub path: String,
    /// When it had arrived.
    #[serde(rename = "arrived_us")]
    pub arrived: Elapsed,
}

/// What was killed, and by whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Victim {
    /// The main process, at the instance's own memory limit.
    Main,
    /// A child of it, at the instance's own memory limit. The instance lives on.
    Child,
    /// The main process, by somebody outside: neither emu nor the memory limit.
    Outside,
}

/// What visitors saw who arrived while the app was away.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Meanwhile {
    /// The platform's answers, by cause.
    pub platform: BTreeMap<Cause, u64>,
    /// Held until the app was back, and then answered by it.
    pub held: u64,
    /// Everything else: left, cut off, answered by the new instance at once.
    pub others: u64,
}

#[derive(Debug, Clone, Default)]
pub(super) struct KillFold {
    kill_at: Memory,
    serving: bool,
    kills: Vec<Tracked>,
    /// Broken requests of the last second, which a kill may explain, with the moment of their end.
    broken: VecDeque<(Elapsed, Broken)>,
}

#[derive(Debug, Clone)]
struct Tracked {
    kill: Kill,
    /// When visitors were let in again.
    back: Option<Elapsed>,
}

impl KillFold {
    pub(super) fn begin(&mut self, header: &Header) {
        self.kill_at = header.spec.memory.kill_at;
    }

    pub(super) fn add(&mut self, event: &Event) {
        match &event.kind {
            Kind::State { to, .. } => self.state(event.at, *to),
            Kind::Request(request) => self.request(request),
            Kind::Exited(exit) => self.exit(event.at, exit),
            Kind::ChildOutOfMemory { instance, need } => {
                let told = Exit {
                    instance: *instance,
                    code: 0,
                    cause: ExitCause::OutOfMemory,
                    need: *need,
                    engine_says_oom: false,
                    kernel_oom_kills: None,
                    bank: None,
                };
                self.kill(event.at, Victim::Child, &told);
            }
            _ => {}
        }
    }

    pub(super) fn kills(&self) -> Vec<Kill> {
        self.kills.iter().map(|tracked| tracked.kill.clone()).collect()
    }

    fn exit(&mut self, at: Elapsed, exit: &Exit) {
        match exit.cause {
            ExitCause::OutOfMemory => self.kill(at, Victim::Main, exit),
            ExitCause::KilledFromOutside => self.kill(at, Victim::Outside, exit),
            ExitCause::Finished | ExitCause::Crashed | ExitCause::Stopped => {}
        }
    }

    fn kill(&mut self, at: Elapsed, victim: Victim, exit: &Exit) {
        self.broken.retain(|(ended, _)| *ended + NEAR >= at);
        let broken = self.broken.len() as u64;
        let requests: Vec<Broken> = self.broken.iter().map(|(_, request)| request.clone()).collect();
        // A child's death alone keeps nobody out. Should the app stop serving over it, a state will say so.
        let back = (victim == Victim::Child && self.serving).then_some(at);
        self.serving &= victim == Victim::Child;
        self.kills.push(Tracked {
            kill: Kill {
                at,
                victim,
                instance: exit.instance,
                need: exit.need,
                kill_at: self.kill_at,
                engine_says_oom: exit.engine_says_oom,
                kernel_oom_kills: exit.kernel_oom_kills,
                in_flight: broken,
                broken,
                broken_requests: first(requests),
                then: None,
                unavailable: back.map(|_| Elapsed::ZERO),
                meanwhile: Meanwhile::default(),
            },
            back,
        });
    }

    fn state(&mut self, at: Elapsed, to: State) {
        self.serving = to == State::Serving;
        for tracked in self.kills.iter_mut().filter(|tracked| tracked.back.is_none()) {
            tracked.kill.then.get_or_insert(to);
            if self.serving {
                tracked.back = Some(at);
                tracked.kill.unavailable = Some(at.since(tracked.kill.at));
            }
        }
    }

    /// Requests are told when they end, so they are sorted in behind the kill they lived through.
    fn request(&mut self, request: &Request) {
        let ended = request.arrived + request.total;
        let broke = breaks(request);
        for tracked in self.kills.iter_mut().rev() {
            if request.arrived <= tracked.kill.at && ended >= tracked.kill.at {
                tracked.kill.in_flight += 1;
                tracked.kill.broken += u64::from(broke);
                if broke {
                    tracked.kill.broken_requests.push(request.into());
                    tracked.kill.broken_requests = first(std::mem::take(&mut tracked.kill.broken_requests));
                }
            } else if request.arrived > tracked.kill.at && tracked.back.is_none_or(|back| request.arrived < back) {
                tracked.kill.meanwhile.add(request);
            } else if request.arrived > tracked.kill.at {
                break;
            }
        }
        if broke {
            self.broken.push_back((ended, request.into()));
            self.broken.retain(|(earlier, _)| *earlier + NEAR >= ended);
        }
    }
}

impl From<&Request> for Broken {
    fn from(request: &Request) -> Self {
        let Request { id, method, path, arrived, .. } = request;
        Self { request: *id, method: method.clone(), path: path.clone(), arrived: *arrived }
    }
}

/// The earliest of them. Whoever asked first has had the most time to make the app grow.
fn first(mut requests: Vec<Broken>) -> Vec<Broken> {
    requests.sort_by_key(|request| request.arrived);
    requests.truncate(NAMED);
    requests
}

impl Meanwhile {
    fn add(&mut self, request: &Request) {
        match request.ending {
            Ending::Platform(cause) => *self.platform.entry(cause).or_default() += 1,
            Ending::App if held(request) => self.held += 1,
            _ => self.others += 1,
        }
    }

    /// Whether nobody came.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Whether it ended as requests end whose app dies under them.
fn breaks(request: &Request) -> bool {
    matches!(request.ending, Ending::Cut(_) | Ending::Platform(Cause::BadResponse | Cause::Unreachable))
}

/// Whether such an end is a kill that nobody ordered.
pub(super) fn is_kill(cause: ExitCause) -> bool {
    matches!(cause, ExitCause::OutOfMemory | ExitCause::KilledFromOutside)
}
