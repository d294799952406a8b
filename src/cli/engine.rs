use std::path::PathBuf;

use super::{Exit, Failure, Surroundings};
use crate::engine::EngineError;
use crate::engine::docker::{self, Docker};

/// The Docker engine that the surroundings name.
pub(super) async fn docker(surroundings: &Surroundings) -> Result<Docker, Failure> {
    Docker::connect(&places(surroundings)).await.map_err(|error| failure(&error))
}

fn places(surroundings: &Surroundings) -> docker::Surroundings {
    let text = |name: &str| surroundings.get(name).map(str::to_owned);
    let path = |name: &str| surroundings.get(name).map(PathBuf::from);
    docker::Surroundings {
        docker_host: text("DOCKER_HOST"),
        docker_context: text("DOCKER_CONTEXT"),
        docker_config: path("DOCKER_CONFIG"),
        home: path("HOME"),
        runtime_dir: path("XDG_RUNTIME_DIR"),
        program: None,
    }
}

/// An engine's refusal, with the next step.
pub(super) fn failure(error: &EngineError) -> Failure {
    let failure = Failure::new(exit(error), error.to_string());
    match error {
        EngineError::Unavailable { .. } => {
            failure.hint("start Docker (`systemctl start docker`, or Docker Desktop), or set `DOCKER_HOST`; `emu doctor` looks closer")
        }
        EngineError::Forbidden { .. } => {
            failure.hint("join the group that may use it (`sudo usermod -aG docker $USER`, then log in again)")
        }
        EngineError::ImageAbsent { image } => failure.hint(format!("`docker pull {image}`, or `docker build -t {image} .`")),
        EngineError::WrongArchitecture { image, expected, .. } => {
            failure.hint(format!("build it for this machine: `docker build --platform {expected} -t {image} .`"))
        }
        EngineError::CannotRun { .. } => failure.hint("give another command after `--`, or mend the image's own"),
        EngineError::LimitNotApplied { .. } => failure.hint("`emu doctor` says which limits work on this machine"),
        EngineError::Failed { .. } => failure.hint("`emu doctor` looks at the engine"),
    }
}

fn exit(error: &EngineError) -> Exit {
    match error {
        EngineError::ImageAbsent { .. } | EngineError::WrongArchitecture { .. } | EngineError::CannotRun { .. } => {
            Exit::NotStarted
        }
        _ => Exit::Engine,
    }
}

/// `1 instance`, `2 instances`.
pub(super) fn instances(count: usize) -> String {
    format!("{count} instance{}", if count == 1 { "" } else { "s" })
}
