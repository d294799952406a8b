//! Which file gets which text. Pure: nothing is written here.

use super::Limiters;
use super::set::Controller;
use crate::engine::cgroup::Limits;
use crate::engine::quota::quota;
use crate::engine::read_back::Asked;
use crate::engine::{Change, Order};
use crate::units::Memory;

/// One text for one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// In whose folder the file is.
    pub controller: Controller,
    /// Its name.
    pub file: &'static str,
    /// What is written.
    pub text: String,
}

/// The limits of an order, without those that cannot be enforced here.
pub(super) fn asked(order: &Order, can: Limiters) -> Asked {
    let (quota, period) = quota(order.cpu, order.cpu_period);
    Asked {
        memory: Some(order.memory.bytes()),
        with_swap: can.swap.then(|| order.memory.bytes().saturating_add(order.swap.bytes())),
        quota: can.cpu.then_some(quota),
        period: can.cpu.then_some(period),
        pids: order.pids.filter(|_| can.pids).map(u64::from),
    }
}

/// The limits that a change asks for. The swap on top of the memory stays what it is in `now`.
pub(super) fn changed(change: Change, now: Limits, can: Limiters, version: u8) -> Asked {
    let (quota, period) = change.cpu.filter(|_| can.cpu).map(|(share, period)| quota(share, period)).unzip();
    let memory = change.memory.map(Memory::bytes);
    // Version 2 limits swap by itself: it stays what it is without being written.
    let with_swap = match (version, memory, now.memory, now.swap) {
        (1, Some(memory), Some(before), Some(both)) if can.swap => {
            Some(memory.saturating_add(both.saturating_sub(before)))
        }
        _ => None,
    };
    Asked { memory, with_swap, quota, period, pids: None }
}

/// What is written for these limits, in an order that the kernel takes. `now`: those in force.
pub(super) fn lines(version: u8, asked: &Asked, now: Limits) -> Vec<Line> {
    match version {
        1 => v1(asked, now),
        _ => v2(asked),
    }
}

fn v1(asked: &Asked, now: Limits) -> Vec<Line> {
    let memory = asked.memory.map(|bytes| line(Controller::Memory, "memory.limit_in_bytes", bytes));
    let both = asked.with_swap.map(|bytes| line(Controller::Memory, "memory.memsw.limit_in_bytes", bytes));
    // At no moment may memory alone be allowed more than memory and swap together.
    let raised = asked.with_swap.zip(now.swap).is_some_and(|(wanted, now)| wanted > now);
    let [first, second] = if raised { [both, memory] } else { [memory, both] };
    let period = asked.period.map(|period| line(Controller::Cpu, "cpu.cfs_period_us", period));
    let quota = asked.quota.map(|quota| line(Controller::Cpu, "cpu.cfs_quota_us", quota));
    let pids = asked.pids.map(|pids| line(Controller::Pids, "pids.max", pids));
    [first, second, period, quota, pids].into_iter().flatten().collect()
}

fn v2(asked: &Asked) -> Vec<Line> {
    let memory = asked.memory.map(|bytes| line(Controller::Memory, "memory.max", bytes));
    let swap = asked.with_swap.map(|both| both.saturating_sub(asked.memory.unwrap_or(0)));
    let swap = swap.map(|bytes| line(Controller::Memory, "memory.swap.max", bytes));
    let share = asked.quota.zip(asked.period).map(|(quota, period)| format!("{quota} {period}"));
    let share = share.map(|text| Line { controller: Controller::Cpu, file: "cpu.max", text });
    let pids = asked.pids.map(|pids| line(Controller::Pids, "pids.max", pids));
    // `memory.oom.group` stays 0: the kernel kills one process, as on a platform.
    [memory, swap, share, pids].into_iter().flatten().collect()
}

fn line(controller: Controller, file: &'static str, number: u64) -> Line {
    Line { controller, file, text: number.to_string() }
}

/// How many CPUs a list of the kernel's names: `0-3,8` are five. Junk names none.
pub(super) fn count(cpus: &str) -> u32 {
    let one = |range: &str| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let (first, last): (u32, u32) = (first.parse().ok()?, last.parse().ok()?);
        last.checked_sub(first)?.checked_add(1)
    };
    cpus.trim().split(',').filter_map(one).fold(0, u32::saturating_add)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::event::InstanceId;
    use crate::units::{Elapsed, Millicores};

    const ALL: Limiters = Limiters { swap: true, cpu: true, pids: true, cpuset: true };
    const MIB: u64 = 1 << 20;

    fn order() -> Order {
        Order {
            memory: Memory::from_mib(512),
            swap: Memory::from_mib(256),
            cpu: Millicores::new(100),
            pids: Some(64),
            ..Order::plain("r1", InstanceId(2), 8000)
        }
    }

    fn texts(lines: &[Line]) -> Vec<String> {
        lines.iter().map(|line| format!("{} {}", line.file, line.text)).collect()
    }

    #[test]
    fn a_new_group_of_version_1_gets_memory_before_memory_and_swap() {
        let unlimited = Limits { memory: Some(u64::MAX >> 1), swap: Some(u64::MAX >> 1), ..Limits::default() };
        let lines = lines(1, &asked(&order(), ALL), unlimited);
        let expected = [
            "memory.limit_in_bytes 536870912",
            "memory.memsw.limit_in_bytes 805306368",
            "cpu.cfs_period_us 100000",
            "cpu.cfs_quota_us 10000",
            "pids.max 64",
        ];
        assert_eq!(texts(&lines), expected);
        assert!(lines[2].controller == Controller::Cpu && lines[4].controller == Controller::Pids);
    }

    #[test]
    fn a_new_group_of_version_2_gets_swap_by_itself() {
        let expected = ["memory.max 536870912", "memory.swap.max 268435456", "cpu.max 10000 100000", "pids.max 64"];
        assert_eq!(texts(&lines(2, &asked(&order(), ALL), Limits::default())), expected);
    }

    #[test]
    fn no_swap_is_a_limit_of_none() {
        let order = Order { swap: Memory::default(), ..order() };
        assert_eq!(texts(&lines(2, &asked(&order, ALL), Limits::default()))[1], "memory.swap.max 0");
        assert_eq!(
            texts(&lines(1, &asked(&order, ALL), Limits::default()))[1],
            "memory.memsw.limit_in_bytes 536870912"
        );
    }

    #[test]
    fn what_cannot_be_enforced_is_not_asked() {
        let none = Limiters { swap: false, cpu: false, pids: false, cpuset: false };
        let asked = asked(&order(), none);
        assert_eq!(texts(&lines(1, &asked, Limits::default())), ["memory.limit_in_bytes 536870912"]);
        assert_eq!(texts(&lines(2, &asked, Limits::default())), ["memory.max 536870912"]);
    }

    #[test]
    fn raising_lifts_the_sum_first_and_lowering_lowers_it_last() {
        let now = Limits { memory: Some(128 * MIB), swap: Some(192 * MIB), ..Limits::default() };
        let to = |mib| {
            let change = Change { memory: Some(Memory::from_mib(mib)), cpu: None };
            texts(&lines(1, &changed(change, now, ALL, 1), now))
        };
        assert_eq!(to(256), ["memory.memsw.limit_in_bytes 335544320", "memory.limit_in_bytes 268435456"]);
        assert_eq!(to(64), ["memory.limit_in_bytes 67108864", "memory.memsw.limit_in_bytes 134217728"]);
    }

    #[test]
    fn a_change_leaves_the_rest_as_it_is() {
        let now = Limits { memory: Some(128 * MIB), swap: Some(64 * MIB), ..Limits::default() };
        let memory = Change { memory: Some(Memory::from_mib(256)), cpu: None };
        assert_eq!(texts(&lines(2, &changed(memory, now, ALL, 2), now)), ["memory.max 268435456"]);
        let cpu = Change { memory: None, cpu: Some((Millicores::new(500), Elapsed::from_millis(100))) };
        assert_eq!(texts(&lines(2, &changed(cpu, now, ALL, 2), now)), ["cpu.max 50000 100000"]);
        let expected = ["cpu.cfs_period_us 100000", "cpu.cfs_quota_us 50000"];
        assert_eq!(texts(&lines(1, &changed(cpu, now, ALL, 1), now)), expected);
        assert!(lines(1, &changed(Change::default(), now, ALL, 1), now).is_empty());
    }

    #[test]
    fn lists_of_cpus_are_counted() {
        assert_eq!([count("0-3,8"), count("0\n"), count(""), count("3-1")], [5, 1, 0, 0]);
    }

    proptest! {
        #[test]
        fn junk_lists_never_panic(list in "[0-9,x-]{0,40}") {
            count(&list);
        }

        #[test]
        fn at_no_step_is_memory_allowed_more_than_the_sum(from in 1_u64..500, swap in 0_u64..500, to in 1_u32..500) {
            let now = Limits { memory: Some(from * MIB), swap: Some((from + swap) * MIB), ..Limits::default() };
            let change = Change { memory: Some(Memory::from_mib(to.into())), cpu: None };
            let (mut memory, mut both) = (from * MIB, (from + swap) * MIB);
            for line in lines(1, &changed(change, now, ALL, 1), now) {
                let bytes = line.text.parse().expect("bytes");
                if line.file.contains("memsw") { both = bytes } else { memory = bytes }
                prop_assert!(memory <= both);
            }
            prop_assert_eq!(both - memory, swap * MIB);
        }
    }
}
