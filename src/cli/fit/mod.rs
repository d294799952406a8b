//! `emu fit`: how much a plan must have for an app, or how much of its use a plan carries.
//!
//! [`memory`] looks for the smallest memory limit under which an app survives a load; [`users`] lets users come
//! until a plan gives way. What to try next is decided by pure functions ([`crate::compare::fit`]); here the runs are
//! made and told.

mod memory;
mod users;

use std::str::FromStr;

use super::compare::{Arms, Typed};
use super::load::LoadArgs;
use super::subject::SubjectArgs;
use super::{Exit, Failure, Printer, Surroundings};
use crate::units::{Elapsed, Memory};

/// Arguments of `emu fit`.
#[derive(Debug, clap::Args)]
pub struct FitArgs {
    /// The plan whose CPU share and behaviour are kept; only its memory is tried. Without it: the
    /// first one in `emu.toml`. With `--users`: the plans, one after the other.
    #[arg(long, short, value_name = "ID,ID", value_delimiter = ',')]
    profile: Vec<String>,

    #[command(flatten)]
    subject: SubjectArgs,

    #[command(flatten)]
    load: LoadArgs,

    /// How many users does a plan carry? They come one by one, each with a session, until the app is
    /// killed, its health checks fail, or a turn takes too long. What they do is that of `--load`'s
    /// first phase of users; without it, it is found out whether the app is one of Streamlit.
    #[arg(long)]
    users: bool,

    /// The largest limit to try. Without it: the plan's own, or 2 GiB, whichever is larger, as far as
    /// this machine has it. With `--users`: the most users that come, 100 without it.
    #[arg(long, value_name = "SIZE|NUMBER")]
    most: Option<String>,

    /// The smallest limit to try; 6 MiB without it.
    #[arg(long, value_name = "SIZE", conflicts_with = "users")]
    least: Option<Memory>,

    /// How near to the edge to come; 4 MiB without it. With `--users`: how long 95 of 100 turns may
    /// take, 3 s without it.
    #[arg(long, value_name = "SIZE|TIME")]
    within: Option<String>,

    /// With `--users`: how long those who are carried stay on a fresh instance, to make sure.
    #[arg(long, value_name = "TIME", default_value = "30s", requires = "users")]
    hold: Elapsed,

    /// With `--users`: how long to watch, after half of them have closed their tabs, what memory comes
    /// back. Streamlit keeps a session for two minutes.
    #[arg(long, value_name = "TIME", requires = "users")]
    closed: Option<Elapsed>,

    /// Show a search for users that was made before, by its id, or `last`.
    #[arg(long, value_name = "ID", requires = "users", conflicts_with_all = ["profile", "hold", "closed"])]
    show: Option<String>,

    /// As JSON.
    #[arg(long)]
    json: bool,
}

impl FitArgs {
    /// What was typed, as a comparison of these plans would have it.
    fn typed(&self) -> Typed<'_> {
        Typed {
            subject: &self.subject,
            load: &self.load,
            users: None,
            plans: &self.profile,
            arms: Arms::Plans,
            rounds: None,
            budget: &[],
        }
    }
}

/// Searches, and says what was found.
pub(super) fn run(args: &FitArgs, printer: &Printer, surroundings: &Surroundings) -> Result<Exit, Failure> {
    if args.users { users::run(args, printer, surroundings) } else { memory::run(args, printer, surroundings) }
}

/// The value of a flag that means one thing without `--users`, and another with it.
fn value<T: FromStr<Err: ToString>>(flag: &str, text: Option<&String>, usual: T) -> Result<T, Failure> {
    let Some(text) = text else { return Ok(usual) };
    text.parse().map_err(|error: T::Err| {
        Failure::new(Exit::Usage, format!("`--{flag} {text}`: {}", error.to_string()))
            .hint("`emu fit --help` says what the flag means with `--users`, and without")
    })
}

fn no_runtime(error: &std::io::Error) -> Failure {
    Failure::new(Exit::Mistake, format!("the runtime cannot be made: {error}"))
}
