//! What becomes of each promise of the profile on this machine. Heads every run, so each line is short.

use super::apart;
use super::resolve::zone_is_only_told;
use super::share;
use super::{AtLimit, HealthCheck, IdleSignal, Machine, Promise, Spec};
use crate::profile::Profile;
use crate::units::Elapsed;

/// The list, in the order of the profile's families. `profile` is after overrides, before the machine
/// and the port that it has for the app.
pub(super) fn promises(profile: &Profile, spec: &Spec, machine: &Machine) -> Vec<Promise> {
    let lists = [
        memory(profile, spec, machine),
        cpu(profile, spec, machine),
        disk(profile, machine),
        countable(profile, spec, machine),
        apart::port(profile, spec),
        start(profile, spec),
        health(spec),
        sleep(profile, spec, machine),
        router(profile),
        stop(profile, spec),
        apart::process(profile, spec, machine),
        apart::secret_files(spec, machine),
        quota(profile),
        apart::network(profile, spec),
    ];
    lists.into_iter().flatten().collect()
}

fn memory(profile: &Profile, spec: &Spec, machine: &Machine) -> Vec<Promise> {
    let asked = &profile.memory;
    let limit = format!("memory {}", asked.limit);
    let mut promises = match asked.at_limit {
        AtLimit::KillAndRestart => vec![Promise::kept(format!("{limit} then killed"))],
        AtLimit::Suspend => vec![Promise::kept(format!("{limit} then suspended"))],
        AtLimit::SlowThenKill if zone_is_only_told(asked, &spec.memory) => {
            let how = format!(
                "killed at {}, which is also what the app sees; emu tells of the slow zone but it does not slow: {}",
                asked.kill_at,
                no_swap(machine)
            );
            vec![Promise::approximated(format!("{limit} then slow then killed"), how)]
        }
        AtLimit::SlowThenKill => {
            let how = format!("killed at {}; the zone is this machine's swap, which may be faster", asked.kill_at);
            vec![Promise::approximated(format!("{limit} then slow then killed"), how)]
        }
    };
    if asked.at_limit != AtLimit::SlowThenKill {
        promises.push(swap(profile, spec, machine));
    }
    if asked.tmp_is_memory {
        promises.push(apart::tmp_is_memory(machine));
    }
    promises
}

fn swap(profile: &Profile, spec: &Spec, machine: &Machine) -> Promise {
    let promised = profile.memory.swap;
    match promised.bytes() {
        0 if machine.can.swap_limit || machine.swap.bytes() == 0 => Promise::kept("no swap"),
        0 => Promise::not_kept("no swap", "this kernel does not count swap: the app may use more than the limit"),
        _ if spec.memory.swap == promised => Promise::kept(format!("swap {promised}")),
        _ => Promise::not_kept(format!("swap {promised}"), no_swap(machine)),
    }
}

fn no_swap(machine: &Machine) -> String {
    if machine.can.swap_limit {
        format!("this machine has {} of swap", machine.swap)
    } else {
        "this kernel does not count swap".into()
    }
}

fn cpu(profile: &Profile, spec: &Spec, machine: &Machine) -> Vec<Promise> {
    let asked = &profile.cpu;
    let what = asked.share.to_string();
    let mut promises = vec![if !machine.can.cpu_quota {
        Promise::not_kept(what, "this kernel has no CPU quota")
    } else if spec.cpu.share < asked.share {
        Promise::approximated(what, format!("this machine has {} cores: the app gets all of them", machine.cpus))
    } else {
        Promise::approximated(what, "the quota is exact, the speed of a core is this machine's: CPU times carry a band")
    }];
    if let Some(burst) = &asked.burst {
        promises.push(share::bank(burst, spec, machine));
    }
    if let (Some(given), true) = (spec.cpu.cores_seen, asked.cores_seen != spec.cpu.cores_seen) {
        let how = format!("the app has {given} of {}: the load comes from elsewhere", machine.cpus);
        promises.push(Promise::approximated("cores to run on", how));
    } else if let Some(cores) = asked.cores_seen {
        let what = if cores == 1 { "1 core seen".into() } else { format!("{cores} cores seen") };
        promises.push(if spec.cpu.cores_seen.is_some() {
            Promise::kept(what)
        } else {
            Promise::not_kept(what, format!("the app sees the {} cores of this machine", machine.cpus))
        });
    }
    if asked.while_serving_only {
        promises.push(share::while_serving(spec, machine));
    }
    promises
}

fn disk(profile: &Profile, machine: &Machine) -> Vec<Promise> {
    let mut promises = vec![apart::disk(profile.disk.kind, machine)];
    match profile.disk.size {
        Some(size) if machine.can.disk_size => promises.push(Promise::kept(format!("disk {size}"))),
        Some(size) => promises.push(Promise::not_kept(format!("disk {size}"), "the size is not enforced")),
        None => {}
    }
    promises
}

fn countable(profile: &Profile, spec: &Spec, machine: &Machine) -> Vec<Promise> {
    let limits = &profile.limits;
    let pids = limits.pids.map(|pids| {
        let what = format!("{pids} processes and threads");
        if machine.can.pids_limit {
            Promise::kept(what)
        } else {
            Promise::not_kept(what, "this kernel has no such limit")
        }
    });
    let files = limits.open_files.map(|files| {
        let what = format!("{files} open files");
        match spec.limits.open_files.filter(|given| *given < files) {
            None => Promise::kept(what),
            Some(given) => Promise::approximated(what, format!("{given} here: this machine allows no more")),
        }
    });
    let shm = limits.shm.map(|shm| apart::shm(shm, machine));
    [pids, files, shm].into_iter().flatten().collect()
}

fn start(profile: &Profile, spec: &Spec) -> Vec<Promise> {
    let (promised, given) = (&profile.start, &spec.start);
    let boot = Promise::kept(format!("boot within {}", profile.boot.limit));
    if promised.delay == Elapsed::ZERO {
        return vec![boot];
    }
    let what = format!("platform delay {} before a wake", promised.delay);
    let range = format!("{} to {} on the platform", promised.delay_low, promised.delay_high);
    let delay = if given.delay == Elapsed::ZERO {
        Promise::not_kept(what, "switched off: wakes look faster than they are")
    } else if spec.warp > 1 {
        Promise::approximated(what, format!("one value for {range}; warped {} times", spec.warp))
    } else {
        Promise::approximated(what, format!("one value for {range}"))
    };
    vec![delay, boot]
}

fn health(spec: &Spec) -> Vec<Promise> {
    match &spec.health.check {
        HealthCheck::Http(path) => vec![Promise::kept(format!("health checks of {path}"))],
        HealthCheck::Tcp => vec![Promise::kept("health checks of the port")],
        HealthCheck::None => vec![],
    }
}

fn sleep(profile: &Profile, spec: &Spec, machine: &Machine) -> Vec<Promise> {
    let Some(sleep) = &profile.sleep else { return vec![] };
    let what = format!("sleep after {}", sleep.after);
    let sleeps = match spec.warp {
        1 => Promise::kept(what),
        warp => Promise::approximated(what, format!("warped {warp} times")),
    };
    let packets = sleep.counts.contains(&IdleSignal::Outbound).then(|| outbound(machine));
    [sleeps].into_iter().chain(packets).chain([Promise::kept("wake by kind of client")]).collect()
}

fn outbound(machine: &Machine) -> Promise {
    let what = "awake while it sends packets";
    if machine.can.sent_packets {
        return Promise::kept(what);
    }
    let how = "this engine does not count them: only requests, WebSocket messages and pings keep the app awake, \
               not what it sends of its own accord";
    Promise::approximated(what, how)
}

fn router(profile: &Profile) -> Vec<Promise> {
    let router = &profile.router;
    let timed = [router.first_byte, router.idle, router.total].iter().any(Option::is_some);
    let timeouts = timed.then(|| Promise::kept("router timeouts"));
    let ours =
        [Promise::kept("error pages"), Promise::not_kept("TLS and HTTP/2", "the front door speaks plain HTTP/1.1")];
    timeouts.into_iter().chain(ours).collect()
}

fn stop(profile: &Profile, spec: &Spec) -> Vec<Promise> {
    let shutdown = &profile.shutdown;
    let mut promises = vec![Promise::kept(format!("{} then {} to stop", shutdown.signal, shutdown.grace))];
    let mut timed = |what: String| {
        promises.push(match spec.warp {
            1 => Promise::kept(what),
            warp => Promise::approximated(what, format!("warped {warp} times")),
        });
    };
    timed("restart back-off".into());
    if let Some(every) = profile.restart.scheduled {
        timed(format!("restart every {every}"));
    }
    promises
}

fn quota(profile: &Profile) -> Vec<Promise> {
    let hours = profile.quota.hours;
    let hours = hours.map(|hours| Promise::not_kept(format!("{hours} hours a month"), "counted, not enforced"));
    hours.into_iter().collect()
}
