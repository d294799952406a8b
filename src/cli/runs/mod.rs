//! `emu runs`: what was recorded.

mod failure;
mod list;
mod replay;
mod show;
mod transfer;

use std::path::PathBuf;

use clap::Subcommand;

use super::{Exit, Failure, Printer, Surroundings};
use crate::store::{FILE, RunRow, Store};

/// Arguments of `emu runs`.
#[derive(Debug, clap::Args)]
pub struct RunsArgs {
    /// What to do.
    #[command(subcommand)]
    verb: RunsVerb,
}

/// What to do with recorded runs.
#[derive(Debug, Subcommand)]
enum RunsVerb {
    /// List all runs, the newest first.
    List {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show what a run came to: the summary it ended with.
    Show {
        #[command(flatten)]
        run: Which,
        /// End with what kept the app awake, however short the run was.
        #[arg(long)]
        idle_report: bool,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Print the lines of a run again.
    Replay(ReplayArgs),
    /// Write a run as JSON lines, to keep it or to hand it on.
    Export {
        #[command(flatten)]
        run: Which,
        /// The file to write. Without it: standard output.
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Add an exported run to the record: the whole run, or nothing of it.
    Import {
        /// The file to read; `-` is standard input.
        file: PathBuf,
        /// Say what was added as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Remove runs with all their events: all of them, or none when one is still going.
    Remove {
        /// Which: ids, beginnings of ids, names (of each the newest run so named), or `last`. The id of
        /// a comparison or a search means all of its runs.
        #[arg(required = true, value_name = "RUN")]
        runs: Vec<String>,
        /// Say what was removed as JSON.
        #[arg(long)]
        json: bool,
    },
}

/// One recorded run.
#[derive(Debug, clap::Args)]
struct Which {
    /// An id, the beginning of one, a name (the newest run so named), or `last`.
    #[arg(value_name = "RUN")]
    run: String,
}

/// Arguments of `emu runs replay`.
#[derive(Debug, clap::Args)]
struct ReplayArgs {
    #[command(flatten)]
    run: Which,
    /// In the run's own time, N times as fast. Without it: at once; with `--tui` as fast as it was.
    #[arg(long, value_name = "N", value_parser = replay::speed)]
    speed: Option<f64>,
    /// In the live view, on the whole terminal: space holds it, left and right go 10 s back and forward, q ends it.
    #[arg(long, conflicts_with_all = ["verbose", "json"])]
    tui: bool,
    /// Every event but samples.
    #[arg(long, short)]
    verbose: bool,
    /// The events as JSON lines, in their stored form.
    #[arg(long)]
    json: bool,
}

/// Runs one of the commands over the record.
pub(super) fn run(args: &RunsArgs, printer: &Printer, surroundings: &Surroundings) -> Result<Exit, Failure> {
    let mut store = open(surroundings)?;
    match &args.verb {
        RunsVerb::List { json } => list::list(&store, *json, printer),
        RunsVerb::Show { run, idle_report, json } => {
            show::show(&store, &run.run, ((*json).into(), (*idle_report).into()), printer)
        }
        RunsVerb::Replay(replay) if replay.tui => replay::in_view(&store, replay, printer, surroundings),
        RunsVerb::Replay(replay) => replay::replay(&store, replay, printer),
        RunsVerb::Export { run, output } => transfer::export(&store, &run.run, output.as_deref(), printer),
        RunsVerb::Import { file, json } => transfer::import(&mut store, file, *json, printer),
        RunsVerb::Remove { runs, json } => remove(&mut store, runs, *json, printer),
    }
}

pub(super) fn open(surroundings: &Surroundings) -> Result<Store, Failure> {
    Ok(Store::open(&file(surroundings)?)?)
}

/// The file with the record.
pub(super) fn file(surroundings: &Surroundings) -> Result<PathBuf, Failure> {
    let folder = surroundings.state().ok_or_else(|| {
        Failure::new(
            Exit::Configuration,
            "no folder for the record: `EMU_HOME`, `XDG_STATE_HOME` and `HOME` are not set",
        )
        .hint("set `EMU_HOME` to a folder")
    })?;
    Ok(folder.join(FILE))
}

/// All of them are found and looked at before the first one is removed.
fn remove(store: &mut Store, asked: &[String], json: bool, printer: &Printer) -> Result<Exit, Failure> {
    let mut runs: Vec<RunRow> = Vec::new();
    let mut questions = Vec::new();
    for name in asked {
        let question = store.find_whole(name)?.filter(|question| question == name);
        let meant = match &question {
            Some(question) => store.answers(question)?,
            None => vec![store.find(name)?],
        };
        questions.extend(question);
        runs.extend(meant);
    }
    runs.sort_by(|one, other| one.id.cmp(&other.id));
    runs.dedup_by(|one, other| one.id == other.id);
    store.remove(&runs)?;
    for question in &questions {
        store.forget_question(question)?;
    }
    for run in &runs {
        printer.say(&format!("removed `{}`", run.id));
    }
    if json {
        let removed: Vec<&str> = runs.iter().map(|run| run.id.as_str()).collect();
        printer.json(&serde_json::json!({ "schema": 1, "removed": removed }));
    }
    Ok(Exit::Done)
}
