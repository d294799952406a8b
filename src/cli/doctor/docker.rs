use super::finding::{Finding, ok, refused, warning};
use super::trial::trial;
use super::{leftovers, limits, size};
use crate::cli::{Printer, Surroundings, engine};
use crate::engine::docker::Docker;
use crate::engine::{Either, Engine, Machine};

/// What can be said about Docker.
pub(super) async fn findings(printer: &Printer, surroundings: &Surroundings) -> Vec<Finding> {
    match engine::docker(surroundings).await {
        Ok(docker) => of(docker, printer).await,
        Err(error) => vec![refused("engine", engine::failure(&error))],
    }
}

async fn of(docker: Docker, printer: &Printer) -> Vec<Finding> {
    let facts = docker.diagnosis();
    let machine = docker.machine();
    let mut findings = vec![
        ok("engine", format!("{} at {} (from {})", machine.engine_version, facts.address, facts.origin)),
        ok("API version", facts.api.clone()),
        cgroup(machine),
        limits(&facts.missing),
    ];
    findings.extend(size(machine));
    findings.push(reach(&facts.reach, machine));
    let docker = Either::Docker(docker);
    findings.push(leftovers(&docker).await);
    printer.progress("trying the memory limit of docker on an instance of mimic");
    findings.push(trial(&docker).await);
    printer.clear_progress();
    findings
}

fn cgroup(machine: &Machine) -> Finding {
    match (machine.can.cgroup_version, machine.can.fast_counters) {
        (0, _) => warning("cgroup", "the version cannot be told", "memory and CPU are sampled about once a second"),
        (version, true) => ok("cgroup", format!("version {version}, counters read directly")),
        (version, false) => {
            let found = format!("version {version}, counters not visible from here");
            let to_do = "memory and CPU are sampled about once a second; run emu on the engine's own host for more";
            warning("cgroup", &found, to_do)
        }
    }
}

fn reach(found: &str, machine: &Machine) -> Finding {
    if machine.can.direct_address {
        return ok("network", found.to_owned());
    }
    warning("network", found, "readiness is judged by HTTP answers alone")
}
