//! Plain words for the values of events. Every view takes them from here.

use std::fmt::Write as _;

use crate::event::{
    ClientKind, Ending, ExitCause, Finish, Hold, LoadReport, Losses, Lost, SampleSource, Share, ShareWhy, Shortfall,
    State, Why,
};
use crate::profile::Cause;
use crate::units::Memory;

/// A state: `serving`.
pub fn state(state: State) -> &'static str {
    match state {
        State::Asleep => "asleep",
        State::Starting => "starting",
        State::Serving => "serving",
        State::Draining => "draining",
        State::Stopping => "stopping",
        State::Backoff => "backoff",
        State::Suspended => "suspended",
        State::Gone => "gone",
    }
}

/// Why a state changed: `nobody came`.
pub fn why(why: &Why) -> &'static str {
    match why {
        Why::Begin => "the run begins",
        Why::Wake => "woken",
        Why::Ready => "ready",
        Why::Idle => "nobody came",
        Why::Crashed => "crashed",
        Why::OutOfMemory => "out of memory",
        Why::KilledFromOutside => "killed from outside",
        Why::BootTimeout => "did not serve in time",
        Why::Unhealthy => "health checks fail",
        Why::Healthy => "health checks answer again",
        Why::Scheduled => "the timetable says so",
        Why::Asked => "asked by the user",
        Why::BackoffOver => "the pause is over",
        Why::Stopped => "stopped",
        Why::QuotaSpent => "the month's hours are used up",
        Why::EngineFailed => "the engine failed",
        Why::End => "the run ends",
    }
}

/// Files shown by name in one line; the others are counted.
const SHOWN: usize = 5;

/// What goes with an instance, the largest first: `files the app wrote go with instance #1: /app/up.db (12 kB)`.
pub fn losses(losses: &Losses) -> String {
    let mut shown: Vec<String> = losses.largest.iter().take(SHOWN).map(lost).collect();
    match losses.count.saturating_sub(shown.len() as u64) {
        0 => {}
        more => shown.push(format!("{more} more")),
    }
    format!("files the app wrote go with instance {}: {}", losses.instance, shown.join(", "))
}

/// A file with its size, where that is known: `/app/up.db (12 kB)`.
pub fn lost(file: &Lost) -> String {
    file.size.map_or_else(|| file.path.clone(), |size| format!("{} ({})", file.path, self::size(size)))
}

/// The size of files, in thousands: `12 kB`.
pub fn size(size: Memory) -> String {
    match size.bytes() {
        bytes @ 0..1_000 => format!("{bytes} B"),
        bytes @ 1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{:.1} MB", size.megabytes()),
    }
}

/// Why the CPU share is what it is: `no request is open`.
pub fn share(share: &Share) -> String {
    let bank = "the bank of unused CPU time";
    match (share.why, share.bank) {
        (ShareWhy::Begin, Some(held)) => format!("{bank} holds {}", held.human()),
        (ShareWhy::Begin, None) => "the app starts".into(),
        (ShareWhy::BankEmpty, _) => format!("{bank} is empty"),
        (ShareWhy::BankFilled, held) => format!("{bank} holds {} again", held.unwrap_or_default().human()),
        (ShareWhy::Request, _) => "a request is open".into(),
        (ShareWhy::Health, _) => "the platform asks for the app's health".into(),
        (ShareWhy::NoRequest, _) => "no request is open".into(),
        (ShareWhy::Stop, _) => "the app is stopped".into(),
    }
}

/// Why the platform answered in place of the app: `no first byte in time`.
pub fn cause(cause: Cause) -> &'static str {
    match cause {
        Cause::Waking => "waking",
        Cause::Asleep => "asleep",
        Cause::WakeFailed => "the wake failed",
        Cause::WakeOverload => "too many wait for the wake",
        Cause::Booting => "not up yet",
        Cause::Unreachable => "unreachable",
        Cause::BadResponse => "broken answer",
        Cause::FirstByteTimeout => "no first byte in time",
        Cause::IdleTimeout => "no further byte in time",
        Cause::TotalTimeout => "the answer took too long",
        Cause::BodyTooLarge => "request body too large",
        Cause::HeadTooLarge => "request head too large",
        Cause::BadRequest => "not a valid request",
        Cause::Overload => "too many at once",
        Cause::NoWebsocket => "no WebSockets on this plan",
        Cause::Suspended => "suspended",
        Cause::QuotaSpent => "the month's hours are used up",
    }
}

/// How a request ended: `platform: unreachable`.
pub fn ending(ending: Ending) -> String {
    match ending {
        Ending::App => "the app".to_owned(),
        Ending::Platform(why) => format!("platform: {}", cause(why)),
        Ending::StandIn => "platform: stand-in".to_owned(),
        Ending::Cut(why) => format!("cut off: {}", cause(why)),
        Ending::ClientLeft => "the client left".to_owned(),
    }
}

/// What ended a process: `crashed`.
pub fn exit(cause: ExitCause) -> &'static str {
    match cause {
        ExitCause::Finished => "finished by itself",
        ExitCause::Crashed => "crashed",
        ExitCause::OutOfMemory => "out of memory",
        ExitCause::Stopped => "stopped",
        ExitCause::KilledFromOutside => "killed from outside",
    }
}

/// Where counters were read: `its control group`.
pub fn source(source: SampleSource) -> &'static str {
    match source {
        SampleSource::CgroupV1 => "the control group, version 1",
        SampleSource::CgroupV2 => "the control group, version 2",
        SampleSource::EngineStream => "the engine's statistics",
    }
}

/// Who asked: `browser`.
pub fn client(client: ClientKind) -> &'static str {
    match client {
        ClientKind::Browser => "browser",
        ClientKind::Websocket => "WebSocket",
        ClientKind::Client => "client",
    }
}

/// Why visitors are held: `the app sleeps`.
pub fn hold(hold: Hold) -> &'static str {
    match hold {
        Hold::Asleep => "the app sleeps",
        Hold::Waking => "the app wakes",
        Hold::Booting => "the app boots",
    }
}

/// How a run ended: `completed`.
pub fn finish(finish: &Finish) -> String {
    match finish {
        Finish::Completed => "completed".to_owned(),
        Finish::Interrupted => "interrupted".to_owned(),
        Finish::NeverServed(why) => format!("the app never served: {why}"),
        Finish::GivenUp(why) => format!("given up by the platform: {why}"),
        Finish::EngineFailed(why) => format!("the engine failed: {why}"),
        Finish::Invalid(why) => format!("invalid, it says nothing about the plan: {why}"),
    }
}

/// What a phase of the load came to: `1200 due, 1180 answered as expected, 20 not; 10.0 of 10.0 per second`.
pub fn load(load: &LoadReport) -> String {
    if let Some(code) = load.command_exit {
        return format!("the program ended with status {code}");
    }
    let mut text = format!("{} due, {} answered as expected", load.due, load.answered);
    if load.failed() > 0 {
        write!(text, ", {} not", load.failed()).ok();
    }
    if load.unsent > 0 {
        write!(text, ", {} never sent", load.unsent).ok();
    }
    match load.shortfall {
        Some(Shortfall::Generator) => text.push_str("; this machine cannot send as fast as was asked"),
        Some(Shortfall::App) => text.push_str("; the app is slower than it was asked"),
        None => {}
    }
    text
}

/// `1 request`, `2 requests`.
pub fn count(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
