//! What the engine tells of a container on its own: kills for want of memory, and removal.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bollard::models::EventMessage;
use bollard::query_parameters::EventsOptionsBuilder;
use futures_util::StreamExt;

use super::core::Core;
use crate::units::Elapsed;

/// Between two attempts to listen again after the engine closed the stream.
const PAUSE: Duration = Duration::from_secs(1);

/// How long the end of a process that was removed by force may take to be told.
const END_FIRST: Elapsed = Elapsed::from_secs(2);

/// Listens to the engine's events about `core`'s container until the task is ended.
///
/// Listening begins at the moment the container was made, on the engine's own clock. So nothing is
/// missed, although the request arrives later.
pub(super) async fn watch_container(core: Arc<Core>, created: Option<String>) {
    let mut since = created.as_deref().and_then(engine_time);
    loop {
        let mut events = std::pin::pin!(core.client.events(Some(options(&core.container, since.as_deref()))));
        while let Some(Ok(event)) = events.next().await {
            since = event.time_nano.map(|nanos| seconds(nanos.saturating_add(1)));
            heard(&core, &event).await;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn options(container: &str, since: Option<&str>) -> bollard::query_parameters::EventsOptions {
    let list = |items: &[&str]| items.iter().map(|item| (*item).to_owned()).collect::<Vec<_>>();
    let filters = HashMap::from([
        ("type", list(&["container"])),
        ("container", list(&[container])),
        ("event", list(&["oom", "destroy"])),
    ]);
    let options = EventsOptionsBuilder::default().filters(&filters);
    since.map_or(options.clone(), |since| options.since(since)).build()
}

async fn heard(core: &Core, event: &EventMessage) {
    match event.action.as_deref() {
        Some("oom") => core.ooms.send_modify(|count| *count += 1),
        Some("destroy") if !core.removing.load(Ordering::Relaxed) => {
            core.ended_within(END_FIRST).await;
            core.vanished();
        }
        _ => {}
    }
}

/// `2026-01-02T03:04:05.000000006Z` as the engine wants it back: `1767323045.000000006`.
fn engine_time(text: &str) -> Option<String> {
    let moment: jiff::Timestamp = text.parse().ok()?;
    Some(seconds(i64::try_from(moment.as_nanosecond()).ok()?))
}

fn seconds(nanos: i64) -> String {
    format!("{}.{:09}", nanos / 1_000_000_000, nanos % 1_000_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_given_back_in_seconds_and_nanoseconds() {
        assert_eq!(engine_time("2026-01-02T03:04:05.000000006Z").as_deref(), Some("1767323045.000000006"));
        assert_eq!(engine_time("yesterday"), None);
    }
}
