//! Finding an engine, and what it cannot do told in words.

mod choice;
mod places;
mod port;

pub(super) use choice::Kind;
pub use choice::{EngineArgs, EngineChoice};
pub(super) use places::Places;
pub(super) use port::Held;

use std::fs::{DirBuilder, Metadata};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use choice::Candidates;
pub(super) use choice::Needs;

use super::{Exit, Failure, Printer, Surroundings};
use crate::engine::docker::{self, Docker};
use crate::engine::native::delegate::{self, Situation, Step};
use crate::engine::native::{self, Native};
use crate::engine::{Chosen, Either, EngineError};
use crate::spec::Image;

/// The engine that runs such an app.
pub(super) async fn open(
    args: EngineArgs,
    kind: Kind<'_>,
    surroundings: &Surroundings,
    printer: &Printer,
) -> Result<Chosen, Failure> {
    let (docker, native) = (docker(surroundings), native(args, surroundings));
    match args.candidates(kind)? {
        Candidates::Docker => docker.await.map(Either::Docker).map_err(|error| no_docker(&error, args, kind)),
        Candidates::Native => native.await.map(Either::Native).map_err(|error| failure(&error)),
        Candidates::DockerThenNative => match docker.await {
            Ok(docker) => Ok(Either::Docker(docker)),
            Err(absent) => {
                let native = native.await.map_err(|lacking| neither(&absent, &lacking))?;
                printer.say(&format!("{}: the embedded engine runs the app", in_short(&absent)));
                Ok(Either::Native(native))
            }
        },
    }
}

/// The Docker engine that the surroundings name.
pub(super) async fn docker(surroundings: &Surroundings) -> Result<Docker, EngineError> {
    let text = |name: &str| surroundings.get(name).map(str::to_owned);
    let path = |name: &str| surroundings.get(name).map(PathBuf::from);
    let places = docker::Surroundings {
        docker_host: text("DOCKER_HOST"),
        docker_context: text("DOCKER_CONTEXT"),
        docker_config: path("DOCKER_CONFIG"),
        home: path("HOME"),
        runtime_dir: path("XDG_RUNTIME_DIR"),
        program: None,
    };
    Docker::connect(&places).await
}

/// The embedded engine, as it was asked for.
///
/// An ordinary user's emu may have to become itself once more, in a place where it can make control
/// groups; nothing may have been printed or made before.
pub(super) async fn native(args: EngineArgs, surroundings: &Surroundings) -> Result<Native, EngineError> {
    if let Step::Become { program, arguments } = delegate::step(&surroundings.situation())? {
        let error = Command::new(&program).args(arguments).env(Situation::MARK, "1").exec();
        let reason = format!("`{}`: {error}", program.display());
        return Err(EngineError::Failed { doing: "get control groups for this user".to_owned(), reason });
    }
    let scratch = surroundings.scratch();
    if surroundings.state().is_none() {
        is_own(&scratch)?;
    }
    let surroundings = native::Surroundings {
        program: None,
        scratch: Some(scratch),
        inherited: surroundings.inherited(),
        isolation: args.level(),
    };
    Native::open(&surroundings).await
}

/// A folder that anybody could have made before us must be ours, or somebody else reads, and changes,
/// what apps write.
fn is_own(scratch: &Path) -> Result<(), EngineError> {
    // Whatever is in the way is seen below.
    let _ = DirBuilder::new().mode(0o700).create(scratch);
    let ours = |found: &Metadata| found.is_dir() && found.uid() == rustix::process::geteuid().as_raw();
    match std::fs::symlink_metadata(scratch) {
        Ok(found) if ours(&found) => Ok(()),
        _ => Err(EngineError::Lacking {
            found: format!("`{}`, which is no folder of this user's", scratch.display()),
            expected: "a folder of emu's own for what apps write".to_owned(),
            help: "set `EMU_HOME` to a folder of yours".to_owned(),
        }),
    }
}

/// The engines that work here, for what must be looked at in both.
pub(super) async fn present(surroundings: &Surroundings) -> Vec<Chosen> {
    let docker = docker(surroundings).await.map(Either::Docker);
    let native = native(EngineArgs::default(), surroundings).await.map(Either::Native);
    [docker.ok(), native.ok()].into_iter().flatten().collect()
}

/// Why an engine does not work here, in half a sentence.
pub(super) fn in_short(absent: &EngineError) -> String {
    match absent {
        EngineError::Lacking { found, .. } => format!("the embedded engine, which finds {found}"),
        EngineError::Unavailable { address, .. } => format!("no container daemon answers at `{address}`"),
        EngineError::Forbidden { address, .. } => format!("the container daemon at `{address}` refuses this user"),
        other => other.to_string(),
    }
}

fn no_docker(absent: &EngineError, args: EngineArgs, kind: Kind<'_>) -> Failure {
    let failure = failure(absent);
    match (args.engine, kind) {
        (EngineChoice::Auto, Kind::App(Image::Named(_)) | Kind::Folder(Needs::Images)) => {
            failure.hint("without a daemon, `emu run --profile ID -- COMMAND` runs a program of this machine")
        }
        _ => failure,
    }
}

/// Why nothing can be run here at all.
pub(super) fn neither(absent: &EngineError, lacking: &EngineError) -> Failure {
    let message = format!("no engine works here\ndocker: {absent}\nnative: {lacking}");
    let hints = [failure(absent), failure(lacking)].into_iter().filter_map(|failure| failure.hints.into_iter().next());
    hints.fold(Failure::new(Exit::Engine, message), Failure::hint)
}

/// An engine's refusal, with the next step.
pub(super) fn failure(error: &EngineError) -> Failure {
    let failure = Failure::new(exit(error), error.to_string());
    match error {
        EngineError::Unavailable { .. } => failure.hint(
            "start Docker (`systemctl start docker`, or Docker Desktop), or set `DOCKER_HOST`; `emu doctor` looks closer",
        ),
        EngineError::Forbidden { .. } => {
            failure.hint("join the group that may use it (`sudo usermod -aG docker $USER`, then log in again)")
        }
        EngineError::ImageAbsent { image } => {
            failure.hint(format!("`docker pull {image}`, or `docker build -t {image} .`"))
        }
        EngineError::WrongArchitecture { image, expected, .. } => {
            failure.hint(format!("build it for this machine: `docker build --platform {expected} -t {image} .`"))
        }
        EngineError::WrongKind { .. } => failure.hint(
            "`emu run IMAGE` runs an image on Docker, `emu run -- CMD` a program of this machine on the embedded engine",
        ),
        EngineError::Lacking { help, .. } => failure.hint(help.clone()),
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
        EngineError::WrongKind { .. } => Exit::Usage,
        _ => Exit::Engine,
    }
}

/// `1 instance`, `2 instances`.
pub(super) fn instances(count: usize) -> String {
    format!("{count} instance{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_leads_elsewhere_is_not_ours() {
        let place = tempfile::tempdir().unwrap();
        let own = place.path().join("own");
        assert_eq!(is_own(&own), Ok(()));
        assert_eq!(is_own(&own), Ok(()), "it may be there already");
        let link = place.path().join("link");
        std::os::unix::fs::symlink(&own, &link).unwrap();
        assert!(matches!(is_own(&link), Err(EngineError::Lacking { .. })));
        let file = place.path().join("file");
        std::fs::write(&file, "").unwrap();
        assert!(matches!(is_own(&file), Err(EngineError::Lacking { .. })));
    }

    #[test]
    fn where_no_engine_works_both_say_why_and_what_helps() {
        let absent = EngineError::Unavailable { address: "unix:///a".into(), reason: "no such socket".into() };
        let lacking =
            EngineError::Lacking { found: "version 1".into(), expected: "root".into(), help: "run emu as root".into() };
        let failure = neither(&absent, &lacking);
        let told = "no engine works here\n\
                    docker: no container engine answers at `unix:///a`: no such socket\n\
                    native: version 1; expected root";
        assert_eq!((failure.exit, failure.message.as_str()), (Exit::Engine, told));
        assert!(failure.hints[0].starts_with("start Docker") && failure.hints[1] == "run emu as root");
    }

    #[test]
    fn an_image_without_a_daemon_is_told_the_other_way() {
        let absent = EngineError::Unavailable { address: "unix:///a".into(), reason: "no such socket".into() };
        let hints = |engine| {
            let args = EngineArgs { engine, ..EngineArgs::default() };
            no_docker(&absent, args, Kind::App(&Image::Named("shop".into()))).hints.len()
        };
        assert_eq!((hints(EngineChoice::Auto), hints(EngineChoice::Docker)), (2, 1));
    }
}
