//! A small spec for the tests of other rooms: a plan that sleeps after 15 s and restarts after 1 s.

use std::collections::BTreeMap;

use super::*;
use crate::metrics::Asked;
use crate::profile::{Price, Range};
use crate::units::{Elapsed, Memory, Millicores, Money};

const CAUSES: &[(Cause, u16)] = &[
    (Cause::Waking, 503),
    (Cause::Asleep, 200),
    (Cause::WakeFailed, 503),
    (Cause::WakeOverload, 429),
    (Cause::Booting, 503),
    (Cause::Unreachable, 502),
    (Cause::BadResponse, 502),
    (Cause::FirstByteTimeout, 503),
    (Cause::IdleTimeout, 503),
    (Cause::TotalTimeout, 503),
    (Cause::BodyTooLarge, 413),
    (Cause::HeadTooLarge, 431),
    (Cause::BadRequest, 400),
    (Cause::Overload, 503),
    (Cause::NoWebsocket, 426),
    (Cause::Suspended, 503),
    (Cause::QuotaSpent, 503),
];

/// The spec. Tests change the fields they are about.
pub(crate) fn example() -> Spec {
    Spec {
        plan: plan(),
        app: AppSpec { name: "mimic".into(), image: Image::Mimic, command: Vec::new() },
        memory: MemoryRules {
            limit: Memory::from_mib(512),
            swap: Memory::default(),
            at_limit: AtLimit::KillAndRestart,
            kill_at: Memory::from_mib(512),
            slow_check: Elapsed::ZERO,
            tmp_is_memory: false,
        },
        cpu: CpuRules {
            share: Millicores::new(500),
            period: Elapsed::from_millis(100),
            cores_seen: None,
            burst: None,
            while_serving_only: false,
        },
        disk: DiskRules { size: None, kind: DiskKind::LostAtRestart },
        limits: LimitRules { pids: None, open_files: None, shm: None },
        port: PortRules { variable: Some("PORT".into()), number: 10_000, bind: "0.0.0.0".into() },
        start: StartRules { delay: Elapsed::ZERO, delay_low: Elapsed::ZERO, delay_high: Elapsed::ZERO },
        boot: BootRules { limit: Elapsed::from_secs(30) },
        health: health(),
        sleep: Some(SleepRules {
            after: Elapsed::from_secs(15),
            check_every: Elapsed::ZERO,
            counts: vec![IdleSignal::Request, IdleSignal::WebsocketMessage],
        }),
        wake: WakeRules {
            browser: WakeAnswer::Page,
            client: WakeAnswer::Held,
            websocket: WakeAnswer::Held,
            held_max: 100,
            held_timeout: Elapsed::from_secs(60),
            held_body: Memory::from_mib(1),
            stand_ins: BTreeMap::new(),
            sleeping_methods: Vec::new(),
        },
        router: router(),
        answers: CAUSES.iter().map(|(cause, status)| (*cause, answer(*cause, *status))).collect(),
        shutdown: ShutdownRules { signal: "SIGTERM".into(), grace: Elapsed::from_secs(10) },
        restart: RestartRules {
            policy: RestartPolicy::Always,
            delay: Elapsed::from_secs(1),
            factor_percent: 200,
            delay_max: Elapsed::from_secs(60),
            reset_after: Elapsed::from_secs(600),
            scheduled: None,
        },
        quota: QuotaRules { hours: None },
        process: ProcessRules { user: None, hostname: None, home: None, workdir: None, blocked_ports: Vec::new() },
        network: Network::Own,
        metrics: Asked::Nothing,
        environment: BTreeMap::from([("PORT".to_owned(), "10000".to_owned())]),
        secrets: Secrets::default(),
        lines: BTreeMap::new(),
        warp: 1,
        fidelity: Vec::new(),
        origins: BTreeMap::new(),
        sources: BTreeMap::new(),
    }
}

/// A machine that can do everything.
pub(crate) fn machine() -> Machine {
    Machine {
        engine: "fake".into(),
        engine_version: "1.0 (API 1.41)".into(),
        memory: Memory::from_mib(8_192),
        swap: Memory::default(),
        cpus: 4,
        platform: "linux/amd64".into(),
        can: Capabilities {
            memory_limit: true,
            swap_limit: true,
            cpu_quota: true,
            pids_limit: true,
            cpuset: true,
            fast_counters: true,
            cgroup_version: 2,
            direct_address: true,
            disk_size: false,
            isolation: Isolation::Container,
            other_user: true,
            live_limits: true,
            sent_packets: true,
            open_files_most: None,
        },
    }
}

fn plan() -> Plan {
    Plan {
        id: "example".into(),
        platform: "Example".into(),
        name: "Free".into(),
        summary: "a plan for tests".into(),
        documentation: "https://example.com".into(),
        checked: "2026-01-01".into(),
        range: Range::Exact,
        price: Price { monthly: Money::from_micros(0), note: None, usage: None },
    }
}

fn health() -> HealthRules {
    HealthRules {
        check: HealthCheck::Http("/".into()),
        initial_delay: Elapsed::from_secs(10),
        interval: Elapsed::from_secs(5),
        timeout: Elapsed::from_secs(5),
        unroute_after: Some(Elapsed::from_secs(15)),
        restart_after: Some(Elapsed::from_secs(60)),
        status_low: 200,
        status_high: 399,
        body: None,
    }
}

fn router() -> RouterRules {
    RouterRules {
        first_byte: Some(Elapsed::from_secs(30)),
        idle: Some(Elapsed::from_secs(55)),
        total: None,
        connect: Elapsed::from_secs(5),
        body: Some(Memory::from_mib(10)),
        head: Memory::from_bytes(65_536),
        headers: 100,
        concurrency: None,
        websockets: true,
        request_headers: BTreeMap::from([("x-forwarded-for".to_owned(), "{client}".to_owned())]),
        response_headers: BTreeMap::new(),
    }
}

fn answer(cause: Cause, status: u16) -> Answer {
    Answer {
        status,
        headers: BTreeMap::from([("content-type".to_owned(), "text/plain".to_owned())]),
        body: format!("{cause:?}"),
    }
}
