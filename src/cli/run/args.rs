use clap::ValueEnum;

use crate::units::Elapsed;

/// Arguments of `emu run`.
#[derive(Debug, clap::Args)]
pub struct RunArgs {
    /// What to run: an image, or `mimic`, the app inside emu. Nothing plays the tour.
    app: Option<String>,

    /// The command, in place of the image's own. For mimic: its knobs.
    #[arg(last = true, value_name = "CMD")]
    pub(super) command: Vec<String>,

    /// The plan: an id (`emu profiles list`), or the path of a profile file.
    #[arg(long, short, value_name = "ID")]
    pub(super) profile: Option<String>,

    /// Where the app runs.
    #[arg(long, value_enum, default_value_t = EngineChoice::Auto)]
    pub(super) engine: EngineChoice,

    /// The port of the front door on 127.0.0.1. Without it: 8080, or a free one when that is taken.
    #[arg(long, value_name = "N")]
    pub(super) port: Option<u16>,

    /// End the run after this long: `90s`, `10m`, `1h`. Without it the run lasts until Ctrl-C.
    #[arg(long = "for", value_name = "DURATION")]
    pub(super) length: Option<Elapsed>,

    /// Run the platform's own timers N times faster (sleep, start delay, restart pause). The app's
    /// own time stays real; latencies of such a run are marked.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) warp: Option<u32>,

    /// Leave out the platform's own start delay.
    #[arg(long)]
    pub(super) no_platform_delay: bool,

    /// Change one setting of the profile, as its file names it: `memory.limit=256MiB`.
    #[arg(long, value_name = "KEY=VALUE")]
    pub(super) set: Vec<String>,

    /// Give the app a variable.
    #[arg(long, short, value_name = "NAME=VALUE")]
    pub(super) env: Vec<String>,

    /// Give the app the variables of a file.
    #[arg(long, value_name = "FILE")]
    pub(super) env_file: Vec<std::path::PathBuf>,

    /// A name for the run, to find it again.
    #[arg(long)]
    pub(super) name: Option<String>,

    /// Say every request, not only those that failed.
    #[arg(long, short)]
    pub(super) verbose: bool,

    /// Print the summary as JSON.
    #[arg(long)]
    pub(super) json: bool,
}

impl RunArgs {
    /// What to run, as typed.
    pub(super) fn app(&self) -> Option<&str> {
        self.app.as_deref()
    }
}

/// Where an app runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EngineChoice {
    /// The best one that answers.
    Auto,
    /// A Docker daemon, or one that speaks its language.
    Docker,
}
