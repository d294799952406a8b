//! The CPU share. Judged by the counters, since wall time on a busy machine says little.

use emu::engine::{Engine, Order};
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
    let busy = Lab::serve(engine, order(&["--boot-cpu", "800ms"])).await;
    busy.remove().await;
    let mut lab = Lab::serve(engine, order(&[])).await;
    let sample = lab.fresh_sample().await;
    assert!(sample.cpu < Elapsed::from_millis(600), "{sample:?}");
    assert!(matches!(sample.oom_kills, None | Some(0)), "{sample:?}");
    lab.remove().await;
}
