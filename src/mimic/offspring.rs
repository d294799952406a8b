//! Child processes: the app itself, started once more with other knobs.

use std::io;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::process::{Child, Command};

use crate::units::{Elapsed, Memory};

use super::app::App;
use super::wish::{Refusal, Wish};

/// Lets a child use memory, so that only the child dies when there is none left.
pub(super) fn hold(app: &Arc<App>, wish: &Wish<'_>) -> Result<Value, Refusal> {
    let size = wish.size(Memory::from_mib(100))?;
    let time = wish.time("for", Elapsed::from_secs(60))?;
    hold_in_child(app, size, time)
}

/// Starts a child that uses memory for a while.
pub(super) fn hold_in_child(app: &Arc<App>, size: Memory, time: Elapsed) -> Result<Value, Refusal> {
    let child = spawn(size, time).map_err(|error| Refusal::System(error.to_string()))?;
    let id = child.id();
    app.say(&format!("child {} uses {size} for {time}", id.unwrap_or_default()));
    tokio::spawn(watch(Arc::clone(app), child));
    Ok(json!({ "child": id, "bytes": size.bytes() }))
}

/// Starts children that do nothing, as many as asked for or as many as the system allows.
pub(super) fn crowd(app: &Arc<App>, wish: &Wish<'_>) -> Result<Value, Refusal> {
    let count = wish.value("count", 10_u32)?;
    let time = wish.time("for", Elapsed::from_secs(10))?;
    let mut stopped = None;
    let mut started = 0;
    while started < count && stopped.is_none() {
        match spawn(Memory::default(), time) {
            Ok(child) => {
                started += 1;
                tokio::spawn(watch(Arc::clone(app), child));
            }
            Err(error) => stopped = Some(error.to_string()),
        }
    }
    app.say(&format!("started {started} of {count} processes"));
    Ok(json!({ "asked": count, "started": started, "stopped_by": stopped }))
}

fn spawn(size: Memory, time: Elapsed) -> io::Result<Child> {
    let (size, time) = (format!("{}B", size.bytes()), format!("{}us", time.micros()));
    Command::new("/proc/self/exe")
        .args(["__mimic", "--no-listen", "--with-parent", "--hold", &size, "--exit-after", &time])
        // The child ends when this pipe does, however its parent came to its end.
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
}

async fn watch(app: Arc<App>, mut child: Child) {
    let id = child.id().unwrap_or_default();
    // Kept open by hand: waiting would close it first, and the child would follow.
    let lifeline = child.stdin.take();
    if let Ok(status) = child.wait().await {
        tell_end(&app, id, status);
    }
    drop(lifeline);
}

fn tell_end(app: &App, id: u32, status: ExitStatus) {
    if !status.success() {
        app.say(&format!("child {id} ended: {status}"));
    }
}
