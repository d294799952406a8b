use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use tabled::builder::Builder;
use tabled::settings::Style;
use tokio::runtime::Builder as RuntimeBuilder;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::{Exit, Failure, Printer, Surroundings, engine};
use crate::engine::docker::Docker;
use crate::engine::{Engine, EngineError, Happening, Instance, Machine, Order};
use crate::event::InstanceId;
use crate::spec::Image;
use crate::store::{FILE, Store};
use crate::units::Memory;

/// The trial instance gets this much memory, and asks for four times as much.
const TRIAL_LIMIT: Memory = Memory::from_mib(32);
/// The longest the trial may take.
const TRIAL_TIME: Duration = Duration::from_secs(30);

/// Arguments of `emu doctor`.
#[derive(Debug, clap::Args)]
pub struct DoctorArgs {
    /// Print the findings as JSON.
    #[arg(long)]
    json: bool,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Finding {
    what: &'static str,
    state: Health,
    found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    to_do: Option<String>,
}

/// How it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Health {
    Ok,
    Warning,
    Broken,
}

/// Looks at everything a run depends on, and says what to do about what is missing.
pub(super) fn run(args: &DoctorArgs, printer: &Printer, surroundings: &Surroundings) -> Result<Exit, Failure> {
    let runtime = RuntimeBuilder::new_current_thread().enable_all().build();
    let runtime =
        runtime.map_err(|error| Failure::new(Exit::Mistake, format!("the runtime cannot be made: {error}")))?;
    let mut findings = runtime.block_on(engine_findings(printer, surroundings));
    findings.push(record(surroundings));
    findings.push(port());
    if args.json {
        printer.json(&BTreeMap::from([("findings", &findings)]));
    } else {
        printer.data(&table(&findings));
    }
    let broken = findings.iter().any(|finding| finding.state == Health::Broken);
    Ok(if broken { Exit::Engine } else { Exit::Done })
}

async fn engine_findings(printer: &Printer, surroundings: &Surroundings) -> Vec<Finding> {
    let docker = match engine::docker(surroundings).await {
        Ok(docker) => docker,
        Err(failure) => return vec![broken("engine", failure.message, failure.hints.into_iter().next())],
    };
    let facts = docker.diagnosis();
    let machine = docker.machine();
    let mut findings = vec![
        ok("engine", format!("{} at {} (from {})", machine.engine_version, facts.address, facts.origin)),
        ok("API version", facts.api.clone()),
        cgroup(machine),
        limits(&facts.missing),
        ok("CPUs", format!("{} that the engine can give", machine.cpus)),
        ok(
            "memory",
            format!(
                "{:.1} GB that the engine can give, swap {:.1} GB",
                gigabytes(machine.memory),
                gigabytes(machine.swap)
            ),
        ),
        reach(&facts.reach, machine),
        leftovers(&docker).await,
    ];
    printer.progress("trying the memory limit on an instance of mimic");
    findings.push(trial(Arc::new(docker)).await);
    printer.clear_progress();
    findings
}

fn cgroup(machine: &Machine) -> Finding {
    match (machine.can.cgroup_version, machine.can.fast_counters) {
        (0, _) => warning("cgroup", "the version cannot be told", "memory and CPU are sampled about once a second"),
        (version, true) => ok("cgroup", format!("version {version}, counters read directly")),
        (version, false) => {
            let found = format!("version {version}, counters not visible from here");
            warning(
                "cgroup",
                &found,
                "memory and CPU are sampled about once a second; run emu on the engine's own host for more",
            )
        }
    }
}

fn limits(missing: &[&str]) -> Finding {
    if missing.is_empty() {
        return ok("limits", "memory, swap, CPU share, processes: all can be enforced".into());
    }
    let found = format!("cannot be enforced here: {}", missing.join(", "));
    warning("limits", &found, "runs say so in their header; enable the kernel's controllers for more")
}

fn reach(found: &str, machine: &Machine) -> Finding {
    if machine.can.direct_address {
        return ok("network", found.to_owned());
    }
    warning("network", found, "readiness is judged by HTTP answers alone")
}

async fn leftovers(docker: &Docker) -> Finding {
    match docker.leftovers().await {
        Ok(found) if found.is_empty() => ok("leftovers", "none".into()),
        Ok(found) => warning("leftovers", &engine::instances(found.len()), "`emu clean` removes them"),
        Err(error) => warning("leftovers", &error.to_string(), "try again"),
    }
}

/// Proves the limit that everything stands on: an instance that asks for more than it has must be
/// killed, and both witnesses must say so.
async fn trial(docker: Arc<Docker>) -> Finding {
    const WHAT: &str = "memory limit, tried";
    match timeout(TRIAL_TIME, killed(docker.as_ref())).await {
        Ok(Ok((true, true))) => ok(WHAT, format!("mimic was killed at {TRIAL_LIMIT}; engine and kernel both say so")),
        Ok(Ok((engine, kernel))) if engine || kernel => {
            let witness = if engine { "engine" } else { "kernel's counter" };
            warning(
                WHAT,
                &format!("mimic was killed at {TRIAL_LIMIT}; only the {witness} says so"),
                "runs work; one witness is enough",
            )
        }
        Ok(Ok(_)) => broken(
            WHAT,
            format!("mimic was not killed at {TRIAL_LIMIT}"),
            Some("no run here says anything about a plan; enable the memory controller".into()),
        ),
        Ok(Err(error)) => broken(WHAT, error.to_string(), engine::failure(&error).hints.into_iter().next()),
        Err(_) => broken(
            WHAT,
            format!("no result in {} s", TRIAL_TIME.as_secs()),
            Some("look at the engine's own log".into()),
        ),
    }
}

/// Whether the engine and the kernel say that the trial instance was killed for want of memory.
async fn killed(docker: &Docker) -> Result<(bool, bool), EngineError> {
    let (news, mut told) = mpsc::unbounded_channel();
    docker.prepare(&Image::Mimic).await?;
    let instance = docker.create(trial_order(), news).await?;
    let started = instance.start().await;
    let mut witnesses = (false, false);
    while started.is_ok()
        && let Some(news) = told.recv().await
    {
        if let Happening::Ended(ended) = news.what {
            witnesses = (ended.engine_says_oom, ended.kernel_oom_kills.is_some_and(|kills| kills > 0));
            break;
        }
    }
    instance.remove().await?;
    started.map(|_| witnesses)
}

fn trial_order() -> Order {
    let size = Memory::from_bytes(TRIAL_LIMIT.bytes() * 4);
    Order {
        command: vec!["--hold".into(), size.to_string().replace(' ', "")],
        memory: TRIAL_LIMIT,
        ..Order::plain(format!("doctor-{}", std::process::id()), InstanceId(1), 8080)
    }
}

fn record(surroundings: &Surroundings) -> Finding {
    let Some(path) = surroundings.state().map(|folder| folder.join(FILE)) else {
        return warning("record", "no place: neither `EMU_HOME` nor `HOME` is set", "set `EMU_HOME`");
    };
    match Store::open(&path).and_then(|store| store.list()) {
        Ok(runs) => ok("record", format!("{} runs in {}", runs.len(), path.display())),
        Err(error) => warning("record", &error.to_string(), "runs work without it, and are not kept"),
    }
}

fn port() -> Finding {
    match std::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 8080)) {
        Ok(_) => ok("port 8080", "free".into()),
        Err(error) => warning("port 8080", &error.to_string(), "runs take another port by themselves"),
    }
}

fn ok(what: &'static str, found: String) -> Finding {
    Finding { what, state: Health::Ok, found, to_do: None }
}

fn warning(what: &'static str, found: &str, to_do: &str) -> Finding {
    Finding { what, state: Health::Warning, found: found.to_owned(), to_do: Some(to_do.to_owned()) }
}

fn broken(what: &'static str, found: String, to_do: Option<String>) -> Finding {
    Finding { what, state: Health::Broken, found, to_do }
}

#[expect(clippy::cast_precision_loss, reason = "53 bits hold any real memory size")]
fn gigabytes(memory: Memory) -> f64 {
    memory.bytes() as f64 / 1e9
}

fn table(findings: &[Finding]) -> String {
    let mut rows = Builder::default();
    for finding in findings {
        let state = match finding.state {
            Health::Ok => "ok",
            Health::Warning => "note",
            Health::Broken => "BROKEN",
        };
        rows.push_record([state, finding.what, &finding.found]);
        if let Some(to_do) = &finding.to_do {
            rows.push_record(["", "", &format!("-> {to_do}")]);
        }
    }
    let table = rows.build().with(Style::blank()).to_string();
    table.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}
