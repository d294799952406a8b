//! Running an instance's process.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bollard::errors::Error;
use bollard::models::{ContainerInspectResponse, NetworkSettings};
use bollard::query_parameters::{
    AttachContainerOptionsBuilder, InspectContainerOptions, KillContainerOptions, StartContainerOptions,
};

use super::core::Core;
use super::early::watched;
use super::failure::{failed, words};
use super::life::{Life, Watch};
use super::machine::Reach;
use crate::engine::EngineError;
use crate::engine::cgroup::{Limits, Reader};
use crate::engine::phase::Phase;
use crate::engine::read_back::Asked;

/// Port 0 of our own machine: nobody answers there, nobody else is reached by mistake.
const NOBODY: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// Starts the process and the watch over its life. The address of one that has ended already leads nowhere.
pub(super) async fn start(core: Arc<Core>) -> Result<SocketAddr, EngineError> {
    let doing = failed("start the instance");
    // Attached first: a process that ends at once must not take its last words with it.
    let options = AttachContainerOptionsBuilder::default().stream(true).stdout(true).stderr(true).build();
    let attached = core.client.attach_container(&core.container, Some(options)).await.map_err(&doing)?;
    core.asked_for.store(false, Ordering::Relaxed);
    let ooms = core.ooms.subscribe();
    let starting = core.client.start_container(&core.container, None::<StartContainerOptions>);
    let (started, early) = watched(&core.container, core.can.fast_counters, starting).await;
    started.map_err(|error| refusal(&core.command, &error))?;
    let found =
        core.client.inspect_container(&core.container, None::<InspectContainerOptions>).await.map_err(&doing)?;
    core.pid.store(pid(&found), Ordering::Relaxed);
    let reader = core.visible_pid().and_then(|pid| Reader::of_process(pid, &core.container)).or(early.reader);
    // A process that has ended already may have taken its group along: then there is nothing to compare.
    let limits = reader.as_ref().and_then(Reader::limits).map(|limits| in_force(&core, &found, limits));
    core.phase.send_replace(Phase::Running);
    let address = address(&core, &found).await;
    tokio::spawn(
        Life::new(Arc::clone(&core), Watch { output: attached.output, ooms, reader, early: early.kills }).run(),
    );
    if let Some(Err(error)) = limits {
        let _ = core.client.kill_container(&core.container, None::<KillContainerOptions>).await;
        return Err(error);
    }
    address
}

fn pid(found: &ContainerInspectResponse) -> u32 {
    found.state.as_ref().and_then(|state| state.pid).and_then(|pid| u32::try_from(pid).ok()).unwrap_or(0)
}

/// Compares what was asked with the kernel's own files. The engine's word is not enough: a limit it
/// took may be lost on the way through the layers below it.
fn in_force(core: &Core, found: &ContainerInspectResponse, limits: Limits) -> Result<(), EngineError> {
    let asked = found.host_config.as_ref();
    let unsigned = |number: Option<i64>| number.and_then(|number| u64::try_from(number).ok()).filter(|n| *n > 0);
    let asked = Asked {
        memory: core.can.memory_limit.then_some(core.memory.bytes()),
        with_swap: asked.and_then(|asked| unsigned(asked.memory_swap)),
        quota: asked.and_then(|asked| unsigned(asked.cpu_quota)).filter(|_| core.can.cpu_quota),
        period: asked.and_then(|asked| unsigned(asked.cpu_period)).filter(|_| core.can.cpu_quota),
        pids: asked.and_then(|asked| unsigned(asked.pids_limit)),
    };
    asked.is_in_force(limits, core.can.cgroup_version)
}

/// A command that cannot be run is told apart from an engine that fails.
fn refusal(command: &str, error: &Error) -> EngineError {
    const SIGNS: &[&str] =
        &["executable file not found", "no such file or directory", "permission denied", "exec format error"];
    let reason = words(error);
    let lower = reason.to_lowercase();
    let of_process = lower.contains("starting container process") || lower.contains("exec");
    match SIGNS.iter().find(|sign| lower.contains(**sign)).filter(|_| of_process) {
        Some(sign) => EngineError::CannotRun { command: command.to_owned(), reason: (*sign).to_owned() },
        None => EngineError::Failed { doing: "start the instance".to_owned(), reason },
    }
}

async fn address(core: &Core, found: &ContainerInspectResponse) -> Result<SocketAddr, EngineError> {
    let Some(network) = &found.network_settings else { return Ok(NOBODY) };
    match &core.reach {
        Reach::Shared => Ok(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), core.port)),
        Reach::Direct => Ok(own_address(network).map_or(NOBODY, |ip| SocketAddr::new(ip, core.port))),
        Reach::Published(dial) => match published_port(network, core.port) {
            Some(port) => resolve(dial, port).await,
            None => Ok(NOBODY),
        },
    }
}

fn own_address(network: &NetworkSettings) -> Option<IpAddr> {
    network.networks.iter().flatten().find_map(|(_, endpoint)| endpoint.ip_address.as_deref()?.parse().ok())
}

/// Looked up after every start, because it changes.
fn published_port(network: &NetworkSettings, port: u16) -> Option<u16> {
    let bindings = network.ports.as_ref()?.get(&format!("{port}/tcp"))?.as_ref()?;
    bindings.iter().find_map(|binding| binding.host_port.as_deref()?.parse().ok())
}

async fn resolve(host: &str, port: u16) -> Result<SocketAddr, EngineError> {
    let looked_up = tokio::net::lookup_host((host.trim_matches(['[', ']']), port)).await;
    looked_up.ok().and_then(|mut found| found.next()).ok_or_else(|| EngineError::Failed {
        doing: "start the instance".to_owned(),
        reason: format!("the engine's host `{host}` has no address"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(message: &str) -> EngineError {
        let error = Error::DockerResponseServerError { status_code: 400, message: message.to_owned() };
        refusal("nope --now", &error)
    }

    #[test]
    fn a_command_that_is_not_there_cannot_be_run() {
        let error = said(
            "failed to create shim task: OCI runtime create failed: runc create failed: unable to start container \
             process: exec: \"nope\": executable file not found in $PATH: unknown",
        );
        assert_eq!(error.to_string(), "`nope --now` cannot be run in the instance: executable file not found");
    }

    #[test]
    fn a_failing_engine_is_not_blamed_on_the_command() {
        assert_eq!(
            said("no space left on device").to_string(),
            "the engine could not start the instance: no space left on device"
        );
    }

    #[test]
    fn the_published_port_is_read_from_the_answer() {
        let text = r#"{"Ports":{"8000/tcp":[{"HostIp":"127.0.0.1","HostPort":"32768"}],"9/tcp":null}}"#;
        let network: NetworkSettings = serde_json::from_str(text).expect("an answer");
        assert_eq!(published_port(&network, 8000), Some(32768));
        assert_eq!(published_port(&network, 9), None);
    }
}
