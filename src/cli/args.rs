use clap::{Parser, Subcommand};

use super::{
    background, build, check, clean, compare, completions, doctor, explain, files, fit, mimic, profiles, run, runs,
};

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
    /// Make an image of a project folder as a platform would, or show the Dockerfile.
    Build(build::BuildCommandArgs),
    /// Look at a project for what would fail after the push.
    Check(check::CheckArgs),
    /// Start an app in the background, and return when it serves.
    Start(background::StartArgs),
    /// Stop apps in the background, as their host would.
    Stop(background::StopArgs),
    /// Restart an app in the background, as the platform's own button does: memory is cleared, the disk is
    /// kept where the plan keeps it.
    Restart(background::RestartArgs),
    /// Show what an app in the background wrote, and what the platform says about it.
    Logs(background::LogsArgs),
    /// List the apps in the background, and how they stand.
    Status(background::StatusArgs),
    /// Watch the apps in the background on the whole screen, one at a time; where there is no terminal, list them.
    Top(background::TopArgs),
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
    /// Be the built-in server of files. An engine starts this inside an instance.
    #[command(name = "__files", hide = true)]
    Files(files::FilesArgs),
    /// Be the supervisor of an app in the background. `emu start` starts this.
    #[command(name = "__supervisor", hide = true)]
    Supervisor,
    /// Be the helper that becomes an instance. The embedded engine starts this.
    #[command(name = "__shim", hide = true)]
    Shim,
}
