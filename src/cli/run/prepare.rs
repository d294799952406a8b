use std::collections::BTreeSet;
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;

use super::play::Plan;
use super::settings::Settings;
use crate::app::Target;
use crate::cli::door;
use crate::cli::header::{Called, header};
use crate::cli::subject::EngineChoice;
use crate::cli::{Exit, Failure, Printer, Surroundings, engine};
use crate::engine::Engine;
use crate::engine::docker::Docker;
use crate::event::Header;
use crate::spec::{Image, Machine, Overrides, Spec, SpecProblem, resolve};
use crate::store::FILE;
use crate::tour;
use crate::trial::Script;

/// Everything a run needs, checked.
pub(super) struct Prepared<E> {
    pub(super) engine: Arc<E>,
    pub(super) header: Header,
    pub(super) listener: TcpListener,
    /// Where the run is recorded; `None` when there is no place for it.
    pub(super) record: Option<PathBuf>,
    pub(super) plan: Plan,
}

/// Finds the engine, resolves the spec, opens the front door's socket, and clears what dead runs left.
/// Nothing runs yet, so whatever is wrong here leaves nothing behind.
pub(super) async fn prepare(
    settings: &Settings,
    printer: &Printer,
    surroundings: &Surroundings,
) -> Result<Prepared<Docker>, Failure> {
    let listener = door::bind(settings.port, |text| printer.say(text))?;
    let docker = match settings.engine {
        EngineChoice::Auto | EngineChoice::Docker => engine::docker(surroundings).await?,
    };
    let spec = spec(settings, docker.machine(), &listener)?;
    if spec.app.image == Image::Mimic {
        printer.progress("making the image of mimic ready");
    }
    let ready = docker.prepare(&spec.app.image).await;
    printer.clear_progress();
    ready.map_err(|error| engine::failure(&error))?;
    sweep(&docker, printer).await;
    let record = surroundings.state().map(|folder| folder.join(FILE));
    if record.is_none() {
        printer.warn("no place for the record: neither `EMU_HOME` nor `HOME` is set; this run is not recorded");
    }
    let called = Called { name: settings.name.clone(), part: None };
    let header = header(called, docker.machine().clone(), spec);
    Ok(Prepared { engine: Arc::new(docker), header, listener, record, plan: plan(settings) })
}

fn plan(settings: &Settings) -> Plan {
    Plan {
        script: if settings.target == Target::Tour { Script::Tour } else { Script::Visitors },
        length: settings.length,
        verbose: settings.verbose,
        json: settings.json,
    }
}

/// The spec; for the tour with a warp that lets it end in about a minute.
fn spec(settings: &Settings, machine: &Machine, listener: &TcpListener) -> Result<Spec, Failure> {
    let host = listener.local_addr().ok().map(|address| address.to_string());
    let overrides = Overrides { host, ..settings.overrides.clone() };
    let app = settings.target.app(&settings.command);
    let resolved = |overrides: &Overrides| {
        resolve(&settings.profile, app.clone(), machine, overrides).map_err(|problems| impossible(&problems))
    };
    let spec = resolved(&overrides)?;
    if settings.target != Target::Tour || settings.warp_asked {
        return Ok(spec);
    }
    resolved(&Overrides { warp: tour::warp_for(&spec), ..overrides })
}

fn impossible(problems: &[SpecProblem]) -> Failure {
    let usage = problems.iter().all(|problem| matches!(problem, SpecProblem::Setting(_)));
    let exit = if usage { Exit::Configuration } else { Exit::Engine };
    let messages: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let failure = Failure::new(exit, messages.join("\n"));
    // Several problems may have one way out; it is told once.
    let hints: BTreeSet<String> = problems.iter().map(SpecProblem::hint).collect();
    hints.into_iter().fold(failure, Failure::hint)
}

/// What runs that were killed have left goes before a new one begins. Failing at it fails nothing.
async fn sweep(docker: &Docker, printer: &Printer) {
    match docker.sweep().await {
        Ok(swept) if swept.is_empty() => {}
        Ok(swept) => printer.say(&format!("removed {} that an earlier run had left", engine::instances(swept.len()))),
        Err(error) => printer.warn(&format!("leftovers of earlier runs could not be looked for: {error}")),
    }
}
