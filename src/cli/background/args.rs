use crate::cli::load::{LoadArgs, UsersArgs};
use crate::cli::run::RunArgs;
use crate::cli::subject::SubjectArgs;
use crate::units::Elapsed;

/// Arguments of `emu start`.
#[derive(Debug, clap::Args)]
pub struct StartArgs {
    /// The plan: an id (`emu profiles list`), or the path of a profile file.
    #[arg(long, short, value_name = "ID")]
    pub(super) profile: Option<String>,

    #[command(flatten)]
    pub(super) subject: SubjectArgs,

    /// What to call it in `emu status`, `emu logs`, `emu restart` and `emu stop`. Without it: the app's own name.
    #[arg(long)]
    pub(super) name: Option<String>,

    /// The port of the front door on 127.0.0.1. Without it: 8080, or a free one when that is taken.
    #[arg(long, value_name = "N")]
    pub(super) port: Option<u16>,

    /// Run the platform's own timers N times faster (sleep, start delay, restart pause).
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) warp: Option<u32>,

    /// Leave out the platform's own start delay.
    #[arg(long)]
    pub(super) no_platform_delay: bool,

    /// Say where it serves as JSON.
    #[arg(long)]
    pub(super) json: bool,
}

impl StartArgs {
    /// The same as arguments of `emu run`: what is started in the background is a run like any other.
    pub(super) fn into_run(self) -> RunArgs {
        RunArgs {
            profile: self.profile,
            subject: self.subject,
            load: LoadArgs::default(),
            users: UsersArgs::default(),
            port: self.port,
            length: None,
            warp: self.warp,
            no_platform_delay: self.no_platform_delay,
            name: self.name,
            verbose: false,
            idle_report: false,
            plain: true,
            json: false,
        }
    }
}

/// Arguments of `emu stop`.
#[derive(Debug, clap::Args)]
pub struct StopArgs {
    /// Which apps: names of `emu status`.
    #[arg(value_name = "NAME", required_unless_present = "all")]
    pub(super) names: Vec<String>,

    /// All of them.
    #[arg(long, conflicts_with = "names")]
    pub(super) all: bool,

    /// Kill at once, without the time that the host gives an app to stop. A Ctrl-C while it waits does the same.
    #[arg(long)]
    pub(super) kill: bool,
}

/// Arguments of `emu restart`.
#[derive(Debug, clap::Args)]
pub struct RestartArgs {
    /// Which app: a name of `emu status`.
    #[arg(value_name = "NAME")]
    pub(super) name: String,
}

/// Arguments of `emu logs`.
#[derive(Debug, clap::Args)]
pub struct LogsArgs {
    /// Which app: a name of `emu status`.
    #[arg(value_name = "NAME")]
    pub(super) name: String,

    /// Go on with what comes, until the run ends.
    #[arg(long, short)]
    pub(super) follow: bool,

    /// Only what is not older than this: `90s`, `5m`, `1h`.
    #[arg(long, value_name = "DURATION")]
    pub(super) since: Option<Elapsed>,

    /// As JSON lines.
    #[arg(long)]
    pub(super) json: bool,
}

/// Arguments of `emu status`.
#[derive(Debug, clap::Args)]
pub struct StatusArgs {
    /// Which app: the exit code is 1 when it does not run. Without it: all of them.
    #[arg(value_name = "NAME")]
    pub(super) name: Option<String>,

    /// As JSON.
    #[arg(long)]
    pub(super) json: bool,
}

/// Arguments of `emu top`.
#[derive(Debug, clap::Args)]
pub struct TopArgs {
    /// Which apps: names of `emu status`. Without them: all, also those that are started meanwhile.
    #[arg(value_name = "NAME")]
    pub(super) names: Vec<String>,
}
