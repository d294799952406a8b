use std::collections::BTreeMap;

use super::{NONE, percent, share};
use crate::event::{Asker, ClientKind};
use crate::profile::IdleSignal;
use crate::report::Summary;
use crate::report::idle::{Cause, Hours, Idle, MONTH_HOURS, Sign};
use crate::report::table::{Column, Section, Table};
use crate::units::Elapsed;

/// Why the app was awake: always, however short the run was.
pub fn idle(summary: &Summary) -> Section {
    let idle = &summary.idle;
    let section = Section::new("Awake").line(rule(idle, summary.run.warp));
    let section = if idle.causes.is_empty() { section } else { section.table(causes(idle)) };
    section.lines(ignored(idle)).lines(idle.hours.as_ref().map(|hours| month(idle, *hours, summary.length)))
}

/// The same where the app should have slept and did not: it served for longer than the plan's patience without a
/// single sleep.
pub(super) fn kept_awake(summary: &Summary) -> Option<Section> {
    let overdue = summary.idle.after.is_some_and(|after| summary.idle.serving > after);
    (overdue && summary.sleeps == 0).then(|| idle(summary))
}

fn rule(idle: &Idle, warp: u32) -> String {
    let Some(after) = idle.after else { return "this plan never puts an app to sleep".to_owned() };
    let warped = if warp > 1 { format!(" in this run, {warp} times faster than the platform") } else { String::new() };
    let counts: Vec<&str> = idle.counts.iter().map(|signal| named(*signal)).collect();
    format!("sleeps after {after}{warped} without {}; it served for {}", counts.join(", "), idle.serving.human())
}

fn named(signal: IdleSignal) -> &'static str {
    match signal {
        IdleSignal::Request => "requests",
        IdleSignal::WebsocketMessage => "WebSocket messages",
        IdleSignal::WebsocketPing => "WebSocket pings",
        IdleSignal::WebsocketOpen => "open WebSockets",
        IdleSignal::Outbound => "packets sent",
    }
}

fn causes(idle: &Idle) -> Table {
    const SHOWN: usize = 10;
    let row = |cause: &Cause| {
        vec![
            sign(cause),
            cause.count.to_string(),
            cause.every.map_or_else(|| NONE.to_owned(), Elapsed::human),
            percent(share(cause.kept, idle.serving)),
            percent(share(cause.alone, idle.serving)),
        ]
    };
    Table {
        columns: vec![
            Column::words("kept awake by"),
            Column::numbers("times"),
            Column::numbers("every"),
            Column::numbers("of the time"),
            Column::numbers("alone"),
        ],
        rows: idle.causes.iter().take(SHOWN).map(row).collect(),
    }
}

fn sign(cause: &Cause) -> String {
    match &cause.sign {
        Sign::Request { client, asker, method, path } => {
            format!("{method} {path} ({})", who(*client, asker.as_ref(), cause.every))
        }
        Sign::OtherRequests => "other requests".to_owned(),
        Sign::Messages => "WebSocket messages".to_owned(),
        Sign::Pings => "WebSocket pings".to_owned(),
        Sign::OpenSockets => "open WebSockets".to_owned(),
        Sign::Packets => "packets that the app sent".to_owned(),
    }
}

/// A rhythm alone makes nobody a monitor: an open page that asks its server every few seconds has one too.
fn who(client: ClientKind, asker: Option<&Asker>, every: Option<Elapsed>) -> String {
    let kind = match client {
        ClientKind::Browser => "a browser",
        ClientKind::Websocket => "a WebSocket's handshake",
        ClientKind::Client => "a client",
    };
    let rhythm = if every.is_some() { " with a rhythm" } else { "" };
    match asker {
        Some(Asker::Monitor(name)) => format!("monitor: {name}"),
        Some(Asker::Tool(name)) => format!("{kind}{rhythm}: {name}"),
        None => format!("{kind}{rhythm}"),
    }
}

fn ignored(idle: &Idle) -> Option<String> {
    let told = |ignored: &BTreeMap<IdleSignal, u64>| {
        let signs: Vec<String> = ignored
            .iter()
            .filter(|(_, count)| **count > 0)
            .map(|(signal, count)| format!("{count} {}", named(*signal)))
            .collect();
        signs.join(", ")
    };
    let told = told(&idle.ignored);
    (!told.is_empty()).then(|| format!("came and does not count on this plan: {told}"))
}

fn month(idle: &Idle, hours: Hours, length: Elapsed) -> String {
    let awake = percent(share(idle.awake, length));
    match hours.in_a_month {
        Some(month) => format!(
            "awake for {awake} of the run: {month} of {} hours in a month of {MONTH_HOURS}, if all of it is like this run",
            hours.allowed
        ),
        None => format!(
            "awake for {awake} of the run, whose timers were warped: it says nothing about the {} hours of a month",
            hours.allowed
        ),
    }
}
