//! `emu doctor`: looks at everything a run depends on, both engines among it.

mod docker;
mod finding;
mod native;
mod trial;

use std::collections::BTreeMap;

use tokio::runtime::Builder as RuntimeBuilder;

use super::{Exit, Failure, Printer, Surroundings, engine};
use crate::engine::{Chosen, Machine};
use crate::store::{FILE, Store};
use crate::units::Memory;
use finding::{Finding, Health, of_both, ok, table, warning};

/// Arguments of `emu doctor`.
#[derive(Debug, clap::Args)]
pub struct DoctorArgs {
    /// Print the findings as JSON.
    #[arg(long)]
    json: bool,
}

/// Looks at everything a run depends on, and says what to do about what is missing.
pub(super) fn run(args: &DoctorArgs, printer: &Printer, surroundings: &Surroundings) -> Result<Exit, Failure> {
    let runtime = RuntimeBuilder::new_current_thread().enable_all().build();
    let runtime =
        runtime.map_err(|error| Failure::new(Exit::Mistake, format!("the runtime cannot be made: {error}")))?;
    let mut findings = runtime.block_on(async {
        // First, because emu may have to be started once more for it.
        let native = native::findings(printer, surroundings).await;
        of_both(docker::findings(printer, surroundings).await, native)
    });
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

/// What an engine cannot enforce.
fn limits(missing: &[&str]) -> Finding {
    if missing.is_empty() {
        return ok("limits", "memory, swap, CPU share, processes: all can be enforced".into());
    }
    let found = format!("cannot be enforced here: {}", missing.join(", "));
    warning("limits", &found, "runs say so in their header; enable the kernel's controllers for more")
}

/// What an engine has to give.
fn size(machine: &Machine) -> [Finding; 2] {
    let (memory, swap) = (gigabytes(machine.memory), gigabytes(machine.swap));
    [
        ok("CPUs", format!("{} that the engine can give", machine.cpus)),
        ok("memory", format!("{memory:.1} GB that the engine can give, swap {swap:.1} GB")),
    ]
}

async fn leftovers(engine: &Chosen) -> Finding {
    match engine.leftovers().await {
        Ok(found) if found.is_empty() => ok("leftovers", "none".into()),
        Ok(found) => warning("leftovers", &engine::instances(found.len()), "`emu clean` removes them"),
        Err(error) => warning("leftovers", &error.to_string(), "try again"),
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

#[expect(clippy::cast_precision_loss, reason = "53 bits hold any real memory size")]
fn gigabytes(memory: Memory) -> f64 {
    memory.bytes() as f64 / 1e9
}
