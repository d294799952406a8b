use clap::{Parser, Subcommand};

use super::{clean, compare, completions, doctor, explain, fit, mimic, profiles, run, runs};

const EXIT_CODES: &str = "\
Exit codes:
  0    done
  1    the app did not live up to the question asked
  2    usage: an argument is wrong
  3    a profile or a configuration file is wrong
  4    no engine, or it cannot do what the plan needs
  5    the app could not be started, or never served
  6    the run is invalid, or the data too thin
  70   our mistake
  130  interrupted";

/// Will my app live on that hosting plan?
///
/// emu runs an app on this machine under a plan's limits and behaviour: memory and CPU, kill and
/// restart at the memory limit, sleep and wake, health checks, timeouts, error pages. It records
/// what happened and says it in a table.
///
/// `emu run --profile ID` without an app shows a plan's whole life in about a minute.
#[derive(Debug, Parser)]
#[command(name = "emu", version, max_term_width = 100, after_long_help = EXIT_CODES, arg_required_else_help = true)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub(super) verb: Verb,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Run an app under a plan; without an app, show a plan's whole life.
    Run(run::RunArgs),
    /// Do the same work on several plans, and say which one is enough; or compare recorded runs.
    Compare(compare::CompareArgs),
    /// Find the smallest memory limit under which an app survives a load, and the plans that have it.
    Fit(fit::FitArgs),
    /// Show the rule, the inputs and the raw events behind every word of a verdict.
    Explain(explain::ExplainArgs),
    /// Look at recorded runs again, hand them on, remove them.
    Runs(runs::RunsArgs),
    /// Look at everything a run depends on, and say what to do about what is missing.
    Doctor(doctor::DoctorArgs),
    /// Remove what dead runs left.
    Clean(clean::CleanArgs),
    /// Look at hosting plans: what they promise, and where the numbers come from.
    Profiles(profiles::ProfilesArgs),
    /// Print a shell's completion script.
    Completions(completions::CompletionsArgs),
    /// Be the built-in app. An engine starts this inside an instance.
    #[command(name = "__mimic", hide = true)]
    Mimic(mimic::MimicArgs),
}
