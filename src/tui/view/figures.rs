use ratatui::text::Line;

use super::Screen;
use super::ink::beside;
use crate::event::{CacheSize, Gauges};
use crate::report::{values_needed, words};
use crate::tui::Model;
use crate::units::{Elapsed, Memory};

/// The numbers of the moment, one row each: CPU, requests, latency, and what the app says of itself.
pub(super) fn lines(model: &Model, screen: &Screen, width: u16) -> Vec<Line<'static>> {
    let rows = [work(model), requests(model), latency(model, screen.now)];
    let told = model.gauges.as_ref().map(gauges);
    rows.into_iter().chain(told).map(|parts| Line::from(beside(&parts, width))).collect()
}

fn work(model: &Model) -> Vec<String> {
    let status = model.status();
    let cpu = status.cpu.map_or_else(
        || format!("CPU       - of {} CPU", status.cpu_share.cores()),
        |cpu| format!("CPU       {:.2} of {} CPU", cpu.cores(), status.cpu_share.cores()),
    );
    let throttled = status.throttled_percent.map(|percent| format!("{percent:.0} % of periods throttled"));
    let pids = model.pids.map(|pids| match model.facts.pids_most {
        Some(most) => format!("{pids} of {most} processes and threads"),
        None => words::count(pids.into(), "process or thread", "processes and threads"),
    });
    let kills = (status.kills > 0).then(|| words::count(status.kills, "kill", "kills"));
    let files =
        model.open_files.zip(model.facts.files_most).map(|(files, most)| format!("{files} of {most} open files"));
    [Some(cpu), throttled, kills, pids, files].into_iter().flatten().collect()
}

/// `requests  120 ended: 100 well, 3 app 4xx, 17 by the platform`.
fn requests(model: &Model) -> Vec<String> {
    let counts = &model.outcomes;
    let parts = [
        (counts.well, "well"),
        (counts.platform, "by the platform"),
        (counts.cut, "broken off"),
        (counts.app_5xx, "app 5xx"),
        (counts.app_4xx, "app 4xx"),
        (counts.left, "left by their client"),
    ];
    let some = parts.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
    [format!("requests  {} ended", counts.total())].into_iter().chain(some).collect()
}

fn latency(model: &Model, now: Elapsed) -> Vec<String> {
    let percentile = |per_cent| match model.recent.percentile(per_cent, now) {
        Some(value) => format!("p{per_cent} {}", value.human()),
        None => format!("p{per_cent} - (needs {} answers)", values_needed(per_cent)),
    };
    vec![format!("latency   {}", percentile(50)), percentile(95), "over the last 60 s".to_owned()]
}

fn gauges(gauges: &Gauges) -> Vec<String> {
    let users = gauges.users.map(|users| words::count(users, "user", "users"));
    let sockets = words::count(gauges.sockets, "open socket", "open sockets");
    let first = users.map_or_else(|| sockets.clone(), |users| format!("{users}, {sockets}"));
    let caches = gauges.caches.iter().map(|cache| match cache.holds {
        CacheSize::Bytes(bytes) => format!("{} {}", cache.name, bytes.human()),
        CacheSize::Entries(entries) => format!("{} {}", cache.name, words::count(entries, "entry", "entries")),
    });
    let sum = gauges.caches.iter().filter_map(|cache| match cache.holds {
        CacheSize::Bytes(bytes) => Some(bytes.bytes()),
        CacheSize::Entries(_) => None,
    });
    let sum = Memory::from_bytes(sum.sum());
    let all = (gauges.caches.len() > 1).then(|| format!("{} of caches", sum.human()));
    let values = gauges.values.iter().map(|value| {
        let unit = if value.unit.is_empty() { String::new() } else { format!(" {}", value.unit) };
        format!("{} {:.1}{unit}", value.name, value.value)
    });
    [format!("app       {first}")].into_iter().chain(all).chain(caches).chain(values).collect()
}
