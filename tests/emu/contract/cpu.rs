//! The CPU share. Judged by the counters, since wall time on a busy machine says little.

use emu::engine::{Change, Engine, Happening, Instance, Order};
use emu::units::{Elapsed, Millicores};

use super::lab::{Lab, order};

pub async fn the_share_is_enforced(engine: &impl Engine) {
    let tenth = Order { cpu: Millicores::new(100), ..order(&[]) };
    let mut lab = Lab::serve(engine, tenth).await;
    let before = lab.fresh_sample().await;
    lab.get("/cpu?for=500ms").await;
    let after = lab.fresh_sample().await;
    let used = after.cpu.since(before.cpu);
    let periods = after.periods - before.periods;
    assert!(used >= Elapsed::from_millis(480), "used {used}");
    // 10 ms in each period of 100 ms, and a little more for what was started within the last one.
    assert!(periods >= 40, "{used} in {periods} periods");
    assert!(after.throttled_periods - before.throttled_periods >= 35, "{after:?}");
    // How long it stood still depends on what else runs: a neighbour makes it use its share later.
    assert!(after.throttled > before.throttled, "{after:?}");
    lab.remove().await;
}

pub async fn a_new_instance_counts_from_zero(engine: &impl Engine) {
    let wanted = order(&[]);
    let mut marked = Lab::serve(engine, wanted.clone()).await;
    marked.get("/memory/child?size=200MB").await;
    marked.until(|what| matches!(what, Happening::ChildOutOfMemory).then_some(())).await;
    assert!(matches!(marked.fresh_sample().await.oom_kills, None | Some(1..)));
    marked.remove().await;
    let mut lab = Lab::serve(engine, wanted).await;
    let sample = lab.fresh_sample().await;
    assert!(matches!(sample.oom_kills, None | Some(0)), "{sample:?}");
    lab.remove().await;
}

const PERIOD: Elapsed = Elapsed::from_millis(100);

fn share(millicores: u32) -> Change {
    Change { cpu: Some((Millicores::new(millicores), PERIOD)), memory: None }
}

pub async fn the_share_changes_while_the_app_runs(engine: &impl Engine) {
    let mut lab = Lab::serve(engine, Order { cpu: Millicores::new(1_000), ..order(&[]) }).await;
    lab.instance.change(share(100)).await.expect("it changes");
    let before = lab.fresh_sample().await;
    lab.get("/cpu?for=500ms").await;
    let after = lab.fresh_sample().await;
    assert!(after.periods - before.periods >= 40, "{before:?} {after:?}");
    assert!(after.throttled_periods - before.throttled_periods >= 35, "{before:?} {after:?}");
    lab.instance.change(share(1_000)).await.expect("it changes back");
    let before = lab.fresh_sample().await;
    lab.get("/cpu?for=500ms").await;
    let after = lab.fresh_sample().await;
    assert!(after.cpu.since(before.cpu) >= Elapsed::from_millis(480), "{before:?} {after:?}");
    assert!(after.throttled_periods - before.throttled_periods <= 5, "{before:?} {after:?}");
    lab.remove().await;
}

/// A worker in the background while its platform gives it no CPU.
pub async fn nearly_nothing_is_nearly_nothing_and_all_of_it_comes_back(engine: &impl Engine) {
    let mut lab = Lab::serve(engine, Order { cpu: Millicores::new(1_000), ..order(&["--burn", "1h"]) }).await;
    lab.instance.change(share(1)).await.expect("it changes");
    // Of the first period, a part was still the larger share's.
    let changed = lab.fresh_sample().await;
    let before = lab.sample_where(|sample| sample.periods > changed.periods).await;
    let after = lab.sample_where(|sample| sample.periods >= before.periods + 2).await;
    let used = after.cpu.since(before.cpu);
    // A millisecond of each, and the kernel's tick on top: it looks no more often than that.
    assert!(used <= Elapsed::from_millis(40), "{used} in two seconds");
    lab.instance.change(share(1_000)).await.expect("it changes back");
    assert!(lab.get("/health").await.starts_with("HTTP/1.1 200"));
    let later = lab.sample_where(|sample| sample.cpu.since(after.cpu) > Elapsed::from_millis(500)).await;
    assert!(later.periods > after.periods, "{after:?} {later:?}");
    lab.remove().await;
}
