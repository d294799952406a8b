use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

use super::frequent::{StoredLog, StoredRequest, StoredSample};
use super::load::StoredLoad;
use super::{Row, StoredError};
use crate::event::{InstanceId, Kind, RequestId, State, Why};
use crate::units::Memory;

/// A sentence or an address.
#[derive(Serialize, Deserialize)]
struct Text<'t> {
    #[serde(borrow)]
    text: Cow<'t, str>,
}

#[derive(Serialize, Deserialize)]
struct Of {
    instance: InstanceId,
}

#[derive(Serialize, Deserialize)]
struct Change<'w> {
    from: State,
    to: State,
    why: Cow<'w, Why>,
}

#[derive(Serialize, Deserialize)]
struct Asked {
    by: Option<RequestId>,
}

#[derive(Serialize, Deserialize)]
struct ChildOutOfMemory {
    instance: InstanceId,
    need: Option<Memory>,
}

#[derive(Serialize, Deserialize)]
struct Unwell<'r> {
    instance: InstanceId,
    reason: Cow<'r, str>,
}

#[derive(Serialize, Deserialize)]
struct Nothing {}

/// The name under which a kind is stored.
pub(super) fn name(kind: &Kind) -> &'static str {
    match kind {
        Kind::Header(_) => "header",
        Kind::Listening { .. } => "listening",
        Kind::State { .. } => "state",
        Kind::WakeAsked { .. } => "wake-asked",
        Kind::PlatformReady => "platform-ready",
        Kind::Created { .. } => "created",
        Kind::Started { .. } => "started",
        Kind::PortOpen { .. } => "port-open",
        Kind::Ready { .. } => "ready",
        Kind::Exited(_) => "exited",
        Kind::ChildOutOfMemory { .. } => "child-out-of-memory",
        Kind::Removed { .. } => "removed",
        Kind::Losses(_) => "losses",
        Kind::HealthFailed { .. } => "health-failed",
        Kind::HealthRecovered { .. } => "health-recovered",
        Kind::Gate(_) => "gate",
        Kind::Request(_) => "request",
        Kind::Sample(_) => "sample",
        Kind::Share(_) => "share",
        Kind::Gauges(_) => "gauges",
        Kind::Log { .. } => "log",
        Kind::Platform { .. } => "platform",
        Kind::Notice { .. } => "notice",
        Kind::Mark { .. } => "mark",
        Kind::Phase(_) => "phase",
        Kind::Load(_) => "load",
        Kind::Finished(_) => "finished",
    }
}

/// The stored name and body of a kind.
pub(super) fn write(kind: &Kind) -> (&'static str, Box<RawValue>) {
    let body = match kind {
        Kind::Header(header) => json(header),
        Kind::State { from, to, why } => json(&Change { from: *from, to: *to, why: Cow::Borrowed(why) }),
        Kind::WakeAsked { by } => json(&Asked { by: *by }),
        Kind::PlatformReady => json(&Nothing {}),
        Kind::Created { instance }
        | Kind::Started { instance }
        | Kind::PortOpen { instance }
        | Kind::Ready { instance }
        | Kind::Removed { instance }
        | Kind::HealthRecovered { instance } => json(&Of { instance: *instance }),
        Kind::Exited(exit) => json(exit),
        Kind::ChildOutOfMemory { instance, need } => json(&ChildOutOfMemory { instance: *instance, need: *need }),
        Kind::Losses(losses) => json(losses),
        Kind::HealthFailed { instance, reason } => json(&Unwell { instance: *instance, reason: reason.into() }),
        Kind::Gate(gate) => json(gate),
        Kind::Request(request) => json(&StoredRequest::from(request.as_ref())),
        Kind::Sample(sample) => json(&StoredSample::from(sample.as_ref())),
        Kind::Share(share) => json(share),
        Kind::Gauges(gauges) => json(gauges),
        Kind::Log { instance, stderr, line } => json(&StoredLog::new(*instance, *stderr, line)),
        Kind::Listening { address: text }
        | Kind::Platform { line: text }
        | Kind::Notice { text }
        | Kind::Mark { text } => json(&Text { text: text.into() }),
        Kind::Phase(phase) => json(phase),
        Kind::Load(load) => json(&StoredLoad::from(load.as_ref())),
        Kind::Finished(finish) => json(finish),
    };
    (name(kind), body)
}

/// The live kind of a stored event.
pub(super) fn read(stored: Row<'_>) -> Result<Kind, StoredError> {
    let instance = || parse::<Of>(stored).map(|of| of.instance);
    let text = || parse::<Text>(stored).map(|body| body.text.into_owned());
    Ok(match stored.kind {
        "header" => Kind::Header(parse(stored)?),
        "listening" => Kind::Listening { address: text()? },
        "state" => {
            let Change { from, to, why } = parse(stored)?;
            Kind::State { from, to, why: why.into_owned() }
        }
        "wake-asked" => Kind::WakeAsked { by: parse::<Asked>(stored)?.by },
        "platform-ready" => parse(stored).map(|Nothing {}| Kind::PlatformReady)?,
        "created" => Kind::Created { instance: instance()? },
        "started" => Kind::Started { instance: instance()? },
        "port-open" => Kind::PortOpen { instance: instance()? },
        "ready" => Kind::Ready { instance: instance()? },
        "exited" => Kind::Exited(parse(stored)?),
        "child-out-of-memory" => {
            let ChildOutOfMemory { instance, need } = parse(stored)?;
            Kind::ChildOutOfMemory { instance, need }
        }
        "removed" => Kind::Removed { instance: instance()? },
        "losses" => Kind::Losses(parse(stored)?),
        "health-failed" => {
            let Unwell { instance, reason } = parse(stored)?;
            Kind::HealthFailed { instance, reason: reason.into_owned() }
        }
        "health-recovered" => Kind::HealthRecovered { instance: instance()? },
        "gate" => Kind::Gate(parse(stored)?),
        "request" => Kind::Request(Box::new(parse::<StoredRequest>(stored)?.live())),
        "sample" => Kind::Sample(Box::new(parse::<StoredSample>(stored)?.live())),
        "share" => Kind::Share(parse(stored)?),
        "gauges" => Kind::Gauges(parse(stored)?),
        "log" => parse::<StoredLog>(stored)?.live(),
        "platform" => Kind::Platform { line: text()? },
        "notice" => Kind::Notice { text: text()? },
        "mark" => Kind::Mark { text: text()? },
        "phase" => Kind::Phase(parse(stored)?),
        "load" => Kind::Load(Box::new(parse::<StoredLoad>(stored)?.live())),
        "finished" => Kind::Finished(parse(stored)?),
        _ => return Err(StoredError::UnknownKind { seq: stored.seq, kind: stored.kind.to_owned() }),
    })
}

fn json<T: Serialize>(body: &T) -> Box<RawValue> {
    #[expect(clippy::expect_used, reason = "every body is plain fields and maps with text keys: JSON holds them all")]
    to_raw_value(body).expect("a stored body is always JSON")
}

fn parse<'r, T: Deserialize<'r>>(stored: Row<'r>) -> Result<T, StoredError> {
    serde_json::from_str(stored.body).map_err(|reason| StoredError::Body {
        seq: stored.seq,
        kind: stored.kind.to_owned(),
        reason,
    })
}
