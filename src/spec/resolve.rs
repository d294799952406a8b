//! Profile, app, machine and overrides into one [`Spec`].

use std::collections::BTreeMap;

use super::environment::{emu, environment};
use super::fidelity;
use super::share::{burst, changes};
use super::{
    AppSpec, AtLimit, CpuRules, DiskKind, DiskRules, HealthCheck, HealthRules, IdleSignal, Image, LimitRules, Machine,
    MemoryRules, Origin, Overrides, PlatformDelay, ProcessRules, RestartRules, SleepRules, Spec, SpecProblem,
    StartRules,
};
use crate::profile::{Layer, Profile, ProfileError};
use crate::units::{Elapsed, Memory, Millicores};

/// Where the built-in app answers health checks.
pub const MIMIC_HEALTH: &str = "/health";

/// What emu will do. Fails when the overrides are wrong or the machine cannot hold the plan's memory;
/// everything else that the machine cannot do stands in the list of promises.
pub fn resolve(
    profile: &Profile,
    app: AppSpec,
    machine: &Machine,
    overrides: &Overrides,
) -> Result<Spec, Vec<SpecProblem>> {
    let planned = overridden(profile, overrides)?;
    let profile = with_port(planned.clone(), overrides.port);
    let memory = memory(&profile.memory, machine)?;
    let environment = environment(&profile, &app, overrides);
    let warp = overrides.warp.max(1);
    let app_image = app.image.clone();
    let mut spec = Spec {
        app,
        memory,
        cpu: cpu(&profile.cpu, machine, overrides.spare_cores),
        limits: limits(&profile.limits, machine),
        port: environment.port,
        start: start(&profile.start, overrides),
        sleep: profile.sleep.as_ref().map(|rules| warped_sleep(&sleep(rules, machine), warp)),
        restart: warped_restart(&profile.restart, warp),
        environment: environment.variables,
        secrets: environment.secrets,
        warp,
        fidelity: Vec::new(),
        origins: origins(&profile, environment.origins, overrides),
        plan: profile.plan.clone(),
        disk: disk(&profile.disk, machine),
        boot: profile.boot.clone(),
        health: health(&profile.health, &app_image),
        wake: profile.wake.clone(),
        router: profile.router.clone(),
        answers: profile.answers.clone(),
        shutdown: profile.shutdown.clone(),
        quota: profile.quota.clone(),
        process: process(&profile.process, &app_image, machine),
        network: overrides.network,
        metrics: overrides.metrics.clone(),
        lines: profile.lines.clone(),
        sources: profile.sources.clone(),
    };
    spec.fidelity = fidelity::promises(&planned, &spec, machine);
    Ok(spec)
}

fn overridden(profile: &Profile, overrides: &Overrides) -> Result<Profile, Vec<SpecProblem>> {
    profile.overridden(&overrides.set).map_err(|error| match error {
        ProfileError::Invalid { problems, .. } => problems.into_iter().map(SpecProblem::Setting).collect(),
        ProfileError::Unknown { .. } => Vec::new(),
    })
}

/// The plan with the port that this machine has for it.
fn with_port(mut profile: Profile, port: Option<u16>) -> Profile {
    profile.port.number = port.unwrap_or(profile.port.number);
    profile
}

/// The plan's memory as this machine can give it.
fn memory(rules: &MemoryRules, machine: &Machine) -> Result<MemoryRules, Vec<SpecProblem>> {
    let engine = machine.engine.clone();
    if !machine.can.memory_limit {
        return Err(vec![SpecProblem::NoMemoryLimit { engine }]);
    }
    let swap = if machine.can.swap_limit && machine.swap >= rules.swap { rules.swap } else { Memory::default() };
    let tmp_is_memory = rules.tmp_is_memory && machine.can.isolation.is_apart();
    let given = MemoryRules { swap, tmp_is_memory, ..rules.clone() };
    if given.enforced() > machine.memory {
        let (asked, has) = (given.enforced(), machine.memory);
        return Err(vec![SpecProblem::TooLittleMemory { asked, has, engine }]);
    }
    Ok(given)
}

/// A share above all cores becomes all cores; what the engine cannot do is taken out.
fn cpu(rules: &CpuRules, machine: &Machine, left_free: u32) -> CpuRules {
    let whole = Millicores::new(machine.cpus.saturating_mul(1000));
    let share = rules.share.min(whole);
    let burst = burst(rules, share, whole, machine);
    let most = burst.as_ref().map_or(share, |burst| burst.share);
    let fits = |cores: &u32| machine.can.cpuset && *cores <= machine.cpus && cores.saturating_mul(1000) >= most.get();
    // The load keeps the last cores to itself, so that it does not compete with the app it measures.
    let beside_load = (left_free > 0).then(|| machine.cpus.saturating_sub(left_free)).filter(|cores| *cores > 0);
    let asked = rules.cores_seen.into_iter().chain(beside_load).min();
    let pinned = asked.filter(fits).or_else(|| rules.cores_seen.filter(fits));
    let while_serving_only = rules.while_serving_only && changes(machine);
    CpuRules { share, cores_seen: pinned, burst, while_serving_only, ..rules.clone() }
}

/// The built-in app answers health checks on a path of its own, whatever a plan's usual app has.
fn health(rules: &HealthRules, image: &Image) -> HealthRules {
    match (&rules.check, image) {
        (HealthCheck::Http(_), Image::Mimic) => {
            HealthRules { check: HealthCheck::Http(MIMIC_HEALTH.into()), body: None, ..rules.clone() }
        }
        _ => rules.clone(),
    }
}

fn limits(rules: &LimitRules, machine: &Machine) -> LimitRules {
    let can = &machine.can;
    LimitRules {
        pids: rules.pids.filter(|_| can.pids_limit),
        open_files: rules.open_files.map(|files| can.open_files_most.map_or(files, |most| files.min(most))),
        shm: rules.shm.filter(|_| can.isolation.is_apart()),
    }
}

/// Where an app writes to this machine's own disk, nothing goes when it ends.
fn disk(rules: &DiskRules, machine: &Machine) -> DiskRules {
    let kind = if machine.can.isolation.is_apart() { rules.kind } else { DiskKind::Kept };
    DiskRules { kind, ..rules.clone() }
}

/// What an engine cannot give is taken out. A program of this machine runs in its own folder.
fn process(rules: &ProcessRules, image: &Image, machine: &Machine) -> ProcessRules {
    let apart = machine.can.isolation.is_apart();
    let of_this_machine = matches!(image, Image::Host { .. });
    ProcessRules {
        user: rules.user.clone().filter(|_| machine.can.other_user),
        hostname: rules.hostname.clone().filter(|_| apart),
        workdir: rules.workdir.clone().filter(|_| apart && !of_this_machine),
        ..rules.clone()
    }
}

fn start(rules: &StartRules, overrides: &Overrides) -> StartRules {
    let warp = overrides.warp;
    match overrides.platform_delay {
        PlatformDelay::Off => StartRules { delay: Elapsed::ZERO, delay_low: Elapsed::ZERO, delay_high: Elapsed::ZERO },
        PlatformDelay::Kept => StartRules {
            delay: rules.delay.warped(warp),
            delay_low: rules.delay_low.warped(warp),
            delay_high: rules.delay_high.warped(warp),
        },
    }
}

/// Where the engine does not count what an app sends, its answers to visitors are what is seen of it.
fn sleep(rules: &SleepRules, machine: &Machine) -> SleepRules {
    const ANSWERS: [IdleSignal; 3] = [IdleSignal::Request, IdleSignal::WebsocketMessage, IdleSignal::WebsocketPing];
    if machine.can.sent_packets || !rules.counts.contains(&IdleSignal::Outbound) {
        return rules.clone();
    }
    let rest =
        rules.counts.iter().copied().filter(|signal| *signal != IdleSignal::Outbound && !ANSWERS.contains(signal));
    SleepRules { counts: ANSWERS.into_iter().chain(rest).collect(), ..rules.clone() }
}

fn warped_sleep(rules: &SleepRules, warp: u32) -> SleepRules {
    SleepRules {
        after: rules.after.warped(warp),
        check_every: rules.check_every.warped(warp),
        counts: rules.counts.clone(),
    }
}

fn warped_restart(rules: &RestartRules, warp: u32) -> RestartRules {
    RestartRules {
        delay: rules.delay.warped(warp),
        delay_max: rules.delay_max.warped(warp),
        reset_after: rules.reset_after.warped(warp),
        scheduled: rules.scheduled.map(|every| every.warped(warp)),
        ..rules.clone()
    }
}

/// The origins of the profile, and over them those of what was changed for this run.
fn origins(
    profile: &Profile,
    environment: BTreeMap<String, Origin>,
    overrides: &Overrides,
) -> BTreeMap<String, Origin> {
    let mut origins = profile.settings.origins();
    if overrides.port.is_some() {
        origins.insert("port.number".into(), emu());
    }
    origins.extend(environment);
    if overrides.platform_delay == PlatformDelay::Off {
        for key in ["start.delay", "start.delay_low", "start.delay_high"] {
            origins.insert(key.into(), flag("--no-platform-delay"));
        }
    }
    origins
}

fn flag(flag: &str) -> Origin {
    Origin { layer: Layer::Flag, place: flag.into(), line: None, source: None }
}

/// Whether the plan has a slow zone that this machine cannot make slow.
pub(super) fn zone_is_only_told(promised: &MemoryRules, given: &MemoryRules) -> bool {
    promised.at_limit == AtLimit::SlowThenKill && given.swap < promised.swap
}
