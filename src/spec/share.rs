//! CPU shares that a plan gives at some times and not at others: what this machine can do about them.

use super::{Burst, CpuRules, Machine, Promise, Spec};
use crate::units::Millicores;

/// Whether the share of an app can be changed while it runs.
pub(super) fn changes(machine: &Machine) -> bool {
    machine.can.cpu_quota && machine.can.live_limits
}

/// The burst that the machine can give above `share`, with `whole` for all its cores.
pub(super) fn burst(rules: &CpuRules, share: Millicores, whole: Millicores, machine: &Machine) -> Option<Burst> {
    let asked = rules.burst.as_ref().filter(|_| changes(machine))?;
    let burst = Burst { share: asked.share.min(whole), ..asked.clone() };
    (burst.share > share).then_some(burst)
}

/// What becomes of the bank of unused CPU time.
pub(super) fn bank(asked: &Burst, spec: &Spec, machine: &Machine) -> Promise {
    let what = format!("bursts to {}", asked.share);
    let given = match &spec.cpu.burst {
        _ if !changes(machine) => {
            return Promise::not_kept(what, format!("{}: the app gets the share it can count on", constant(machine)));
        }
        None => {
            return Promise::not_kept(what, format!("{}, which are no burst", has(machine)));
        }
        Some(given) => given,
    };
    let counted = if machine.can.fast_counters { "a tenth of a second" } else { "a second or two" };
    let late = format!("the bank is read with every sample, the share changes up to {counted} late");
    let cores = (given.share < asked.share).then(|| format!("; {}", has(machine)));
    let warp = (spec.warp > 1).then_some("; the bank is not warped: CPU time is the app's own");
    Promise::approximated(what, late + &cores.unwrap_or_default() + warp.unwrap_or_default())
}

/// What becomes of CPU that is given while a request is open.
pub(super) fn while_serving(spec: &Spec, machine: &Machine) -> Promise {
    let what = "CPU only while serving";
    if !spec.cpu.while_serving_only {
        return Promise::not_kept(what, format!("{}: the app keeps its share between requests", constant(machine)));
    }
    let rest = "1 ms of each second at other times";
    Promise::approximated(
        what,
        format!("{rest}; given some ms after a request has come, taken 0.1 s after the last one"),
    )
}

fn has(machine: &Machine) -> String {
    let cores = if machine.cpus == 1 { "core" } else { "cores" };
    format!("this machine has {} {cores}", machine.cpus)
}

/// Why the share cannot change.
fn constant(machine: &Machine) -> &'static str {
    if machine.can.cpu_quota {
        "this engine cannot change the share of an app that runs"
    } else {
        "this kernel has no CPU quota"
    }
}
