use crate::cli::load::{LoadArgs, UsersArgs};
use crate::cli::subject::SubjectArgs;
use crate::units::Elapsed;

/// Arguments of `emu run`.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own on the command line")]
pub struct RunArgs {
    /// The plan: an id (`emu profiles list`), or the path of a profile file.
    #[arg(long, short, value_name = "ID")]
    pub(in crate::cli) profile: Option<String>,

    #[command(flatten)]
    pub(in crate::cli) subject: SubjectArgs,

    #[command(flatten)]
    pub(in crate::cli) load: LoadArgs,

    #[command(flatten)]
    pub(in crate::cli) users: UsersArgs,

    /// The port of the front door on 127.0.0.1. Without it: 8080, or a free one when that is taken.
    #[arg(long, value_name = "N")]
    pub(in crate::cli) port: Option<u16>,

    /// End the run after this long: `90s`, `10m`, `1h`. Without it the run lasts until Ctrl-C.
    #[arg(long = "for", value_name = "DURATION")]
    pub(in crate::cli) length: Option<Elapsed>,

    /// Run the platform's own timers N times faster (sleep, start delay, restart pause). The app's
    /// own time stays real; latencies of such a run are marked.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(in crate::cli) warp: Option<u32>,

    /// Leave out the platform's own start delay.
    #[arg(long)]
    pub(in crate::cli) no_platform_delay: bool,

    /// A name for the run, to find it again.
    #[arg(long)]
    pub(in crate::cli) name: Option<String>,

    /// Say every request, not only those that failed.
    #[arg(long, short)]
    pub(in crate::cli) verbose: bool,

    /// End with what kept the app awake, however short the run was.
    #[arg(long)]
    pub(in crate::cli) idle_report: bool,

    /// Lines as they come, in place of the live view. What is no terminal is always given lines.
    #[arg(long)]
    pub(in crate::cli) plain: bool,

    /// Print the summary as JSON.
    #[arg(long)]
    pub(in crate::cli) json: bool,
}
