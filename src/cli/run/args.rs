use crate::cli::load::LoadArgs;
use crate::cli::subject::SubjectArgs;
use crate::units::Elapsed;

/// Arguments of `emu run`.
#[derive(Debug, clap::Args)]
pub struct RunArgs {
    /// The plan: an id (`emu profiles list`), or the path of a profile file.
    #[arg(long, short, value_name = "ID")]
    pub(super) profile: Option<String>,

    #[command(flatten)]
    pub(super) subject: SubjectArgs,

    #[command(flatten)]
    pub(super) load: LoadArgs,

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
