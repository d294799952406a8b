use clap::ValueEnum;

use super::failure;
use crate::cli::{Exit, Failure};
use crate::engine::{EngineError, Isolation};
use crate::spec::Image;

/// Where the app runs: the arguments that every command with an app takes.
#[derive(Debug, Clone, Copy, Default, clap::Args)]
pub struct EngineArgs {
    /// Where the app runs.
    #[arg(long, value_enum, default_value_t = EngineChoice::Auto)]
    pub(in crate::cli) engine: EngineChoice,

    /// How far the embedded engine keeps the app apart from this machine. Without it: as far as it can.
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub(in crate::cli) isolation: Option<IsolationChoice>,

    /// Whose network an app of the embedded engine is in. Without it: this machine's, unless the plan's
    /// port is taken there and the app knows no other.
    #[arg(long, value_enum, value_name = "WHOSE")]
    pub(in crate::cli) network: Option<NetworkChoice>,
}

/// Where an app runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum EngineChoice {
    /// Docker for an image; for mimic Docker too, and the embedded engine where no daemon answers; the
    /// embedded engine for a program of this machine.
    #[default]
    Auto,
    /// A Docker daemon, or one that speaks its language.
    Docker,
    /// The embedded engine: programs of this machine, without a daemon. Linux only.
    Native,
}

/// How far the embedded engine keeps an app apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum IsolationChoice {
    /// Limits only: it has this machine's files, names and process numbers.
    Process,
    /// Own process numbers, names and mounts; what it writes is thrown away. Needs root.
    Sandbox,
}

/// Whose network an app of the embedded engine is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum NetworkChoice {
    /// This machine's.
    Host,
    /// One of its own, in which every port is free and nothing outside is reached.
    Own,
}

/// Which engines may run an app, the better one first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Candidates {
    Docker,
    Native,
    DockerThenNative,
}

/// What shall be run, as far as an engine is chosen by it.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli) enum Kind<'a> {
    /// An app.
    App(&'a Image),
    /// A project folder, of which an app is made for the engine that is there.
    Folder(Needs),
}

/// What a project folder can be run as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Needs {
    /// An image only.
    Images,
    /// An image, or a program of this machine.
    Anything,
}

impl EngineArgs {
    /// The level of isolation that is wanted.
    pub(super) fn level(self) -> Option<Isolation> {
        self.isolation.map(|choice| match choice {
            IsolationChoice::Process => Isolation::Process,
            IsolationChoice::Sandbox => Isolation::Sandbox,
        })
    }

    /// Which engines may run such an app. Whoever says how the embedded engine shall run it means that one.
    pub(super) fn candidates(self, kind: Kind<'_>) -> Result<Candidates, Failure> {
        let of_native = self.isolation.map(|_| "--isolation").or(self.network.map(|_| "--network"));
        if self.isolation == Some(IsolationChoice::Process) && self.network == Some(NetworkChoice::Own) {
            let found =
                "`--network own` with `--isolation process`: expected `--isolation sandbox`, of which it is a part";
            return Err(Failure::new(Exit::Usage, found).hint("leave out one of the two"));
        }
        let native = of_native.is_some() || self.engine == EngineChoice::Native;
        match (self.engine, kind, of_native) {
            (EngineChoice::Docker, _, Some(flag)) => {
                Err(Failure::new(Exit::Usage, format!("`{flag}` is for the embedded engine, found `--engine docker`"))
                    .hint(format!("`--engine native`, or leave out `{flag}`")))
            }
            (EngineChoice::Docker, Kind::App(Image::Host { .. }), None) => Err(failure(&on_docker())),
            (EngineChoice::Docker, _, None) => Ok(Candidates::Docker),
            (_, Kind::App(Image::Named(name)), _) if native => Err(failure(&on_native(&format!("the image `{name}`")))),
            (_, Kind::Folder(Needs::Images), _) if native => Err(failure(&on_native("a project that is an image"))),
            (_, Kind::App(Image::Named(_)) | Kind::Folder(Needs::Images), _) => Ok(Candidates::Docker),
            (_, Kind::App(Image::Host { .. }), _) => Ok(Candidates::Native),
            (_, Kind::App(Image::Mimic) | Kind::Folder(Needs::Anything), _) if native => Ok(Candidates::Native),
            (_, Kind::App(Image::Mimic) | Kind::Folder(Needs::Anything), _) => Ok(Candidates::DockerThenNative),
        }
    }
}

fn on_docker() -> EngineError {
    EngineError::WrongKind { found: "a program of this machine".into(), expected: "images", engine: "docker" }
}

fn on_native(found: &str) -> EngineError {
    EngineError::WrongKind { found: found.to_owned(), expected: "programs of this machine", engine: "native" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program() -> Image {
        Image::Host { folder: "/srv".into() }
    }

    fn image() -> Image {
        Image::Named("shop".into())
    }

    fn asked(engine: EngineChoice) -> EngineArgs {
        EngineArgs { engine, ..EngineArgs::default() }
    }

    #[test]
    fn a_program_runs_on_the_embedded_engine_and_an_image_on_docker() {
        let auto = asked(EngineChoice::Auto);
        assert_eq!(auto.candidates(Kind::App(&program())), Ok(Candidates::Native));
        assert_eq!(auto.candidates(Kind::App(&image())), Ok(Candidates::Docker));
        assert_eq!(auto.candidates(Kind::App(&Image::Mimic)), Ok(Candidates::DockerThenNative));
        assert_eq!(asked(EngineChoice::Native).candidates(Kind::App(&Image::Mimic)), Ok(Candidates::Native));
        assert_eq!(asked(EngineChoice::Docker).candidates(Kind::App(&Image::Mimic)), Ok(Candidates::Docker));
    }

    #[test]
    fn a_folder_runs_on_docker_where_there_is_one_and_on_the_other_where_it_can() {
        let (any, images) = (Kind::Folder(Needs::Anything), Kind::Folder(Needs::Images));
        assert_eq!(asked(EngineChoice::Auto).candidates(any), Ok(Candidates::DockerThenNative));
        assert_eq!(asked(EngineChoice::Auto).candidates(images), Ok(Candidates::Docker));
        assert_eq!(asked(EngineChoice::Native).candidates(any), Ok(Candidates::Native));
        let refused = asked(EngineChoice::Native).candidates(images).unwrap_err();
        assert!(refused.message.ends_with("found a project that is an image"), "{}", refused.message);
    }

    #[test]
    fn an_engine_refuses_the_kind_of_app_that_it_does_not_run() {
        let failure = asked(EngineChoice::Docker).candidates(Kind::App(&program())).unwrap_err();
        let told = "the engine `docker` runs images, found a program of this machine";
        assert_eq!((failure.exit, failure.message.as_str()), (Exit::Usage, told));
        let failure = asked(EngineChoice::Native).candidates(Kind::App(&image())).unwrap_err();
        let told = "the engine `native` runs programs of this machine, found the image `shop`";
        assert_eq!((failure.exit, failure.message.as_str()), (Exit::Usage, told));
    }

    #[test]
    fn flags_of_the_embedded_engine_choose_it_and_are_refused_with_another() {
        for (engine, image) in [(EngineChoice::Auto, Image::Mimic), (EngineChoice::Native, program())] {
            let network = EngineArgs { network: Some(NetworkChoice::Own), ..asked(engine) };
            let isolation = EngineArgs { isolation: Some(IsolationChoice::Process), ..asked(engine) };
            assert_eq!(network.candidates(Kind::App(&image)), Ok(Candidates::Native));
            assert_eq!(isolation.candidates(Kind::App(&image)), Ok(Candidates::Native));
        }
        let network = Some(NetworkChoice::Host);
        let refused =
            EngineArgs { network, ..asked(EngineChoice::Docker) }.candidates(Kind::App(&Image::Mimic)).unwrap_err();
        assert_eq!(refused.message, "`--network` is for the embedded engine, found `--engine docker`");
        let refused = EngineArgs { network, ..asked(EngineChoice::Auto) }.candidates(Kind::App(&image())).unwrap_err();
        assert!(refused.message.starts_with("the engine `native` runs programs"), "{}", refused.message);
    }

    #[test]
    fn a_network_of_its_own_is_a_part_of_the_sandbox() {
        let (isolation, network) = (Some(IsolationChoice::Process), Some(NetworkChoice::Own));
        let refused = EngineArgs { isolation, network, ..EngineArgs::default() }
            .candidates(Kind::App(&Image::Mimic))
            .unwrap_err();
        assert_eq!(refused.exit, Exit::Usage);
        assert!(refused.message.contains("`--isolation sandbox`"), "{}", refused.message);
    }
}
