//! Many threads, many open files: what the system counts besides memory.

use std::fs::File;
use std::sync::Arc;
use std::thread;

use serde_json::{Value, json};
use tokio::time::sleep;

use crate::units::Elapsed;

use super::app::App;
use super::wish::{Refusal, Wish};

/// Starts threads that do nothing, as many as asked for or as many as the system allows.
pub(super) fn threads(app: &App, wish: &Wish<'_>) -> Result<Value, Refusal> {
    let count = wish.value("count", 10_u32)?;
    let time = wish.time("for", Elapsed::from_secs(10))?.duration();
    let mut stopped = None;
    let mut started = 0;
    while started < count && stopped.is_none() {
        // A parked thread may wake early, which ends it early; nobody relies on the moment.
        match thread::Builder::new().stack_size(16 << 10).spawn(move || thread::park_timeout(time)) {
            Ok(_) => started += 1,
            Err(error) => stopped = Some(error.to_string()),
        }
    }
    app.say(&format!("started {started} of {count} threads"));
    Ok(json!({ "asked": count, "started": started, "stopped_by": stopped }))
}

/// Opens files, as many as asked for or as many as the system allows, and closes them later.
pub(super) fn files(app: &Arc<App>, wish: &Wish<'_>) -> Result<Value, Refusal> {
    let count = wish.value("count", 100_u32)?;
    let time = wish.time("for", Elapsed::from_secs(10))?.duration();
    let mut stopped = None;
    let mut open = Vec::new();
    for _ in 0..count {
        match File::open("/proc/self/exe") {
            Ok(file) => open.push(file),
            Err(error) => {
                stopped = Some(error.to_string());
                break;
            }
        }
    }
    let opened = open.len();
    app.say(&format!("opened {opened} of {count} files"));
    tokio::spawn(async move {
        sleep(time).await;
        drop(open);
    });
    Ok(json!({ "asked": count, "opened": opened, "stopped_by": stopped }))
}
