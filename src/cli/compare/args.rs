use clap::ValueEnum;

use crate::cli::load::{LoadArgs, UsersArgs};
use crate::cli::subject::SubjectArgs;
use crate::compare::Sort;
use crate::units::Portion;

/// Arguments of `emu compare`.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each one is a flag of its own")]
pub struct CompareArgs {
    /// The plans: ids (`emu profiles list`), or paths of profile files, with commas between them.
    #[arg(long, short, value_name = "ID,ID", value_delimiter = ',')]
    pub(super) profile: Vec<String>,

    #[command(flatten)]
    pub(super) subject: SubjectArgs,

    #[command(flatten)]
    pub(super) load: LoadArgs,

    #[command(flatten)]
    pub(super) users: UsersArgs,

    /// How often every plan runs. More rounds tell smaller differences from noise.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100))]
    pub(super) rounds: Option<u32>,

    /// The plan, run or value that the others are measured against. Without it: the cheapest plan on which
    /// the app lives, and the first run or value.
    #[arg(long, value_name = "ID")]
    pub(super) reference: Option<String>,

    /// The order of the rows. Without it: by price.
    #[arg(long, value_enum)]
    pub(super) sort: Option<SortChoice>,

    /// What the app must live up to: `memory=90%`, `p95=800ms`, `p99=2s`, `cold_start=60s`,
    /// `errors=1%`, `kills=0`. A broken one ends in exit code 1.
    #[arg(long, value_name = "NAME=VALUE")]
    pub(super) budget: Vec<String>,

    /// Run only the plans named, not the floor and the ceiling that a platform publishes for them.
    #[arg(long)]
    pub(super) exact: bool,

    /// Run all plans of a round at the same time. Only where this machine holds the sum of their
    /// limits; the figures are marked.
    #[arg(long)]
    pub(super) parallel: bool,

    /// Compare the app with itself, one variable changed: `WORKERS=1,2,4`.
    #[arg(long, value_name = "NAME=A,B")]
    pub(super) ab_env: Option<String>,

    /// Compare recorded runs instead (before and after): ids or names, with commas between them.
    #[arg(long, value_name = "RUN,RUN", value_delimiter = ',',
          conflicts_with_all = ["profile", "app", "rounds", "ab_env", "parallel", "load", "load_command", "users"])]
    pub(super) runs: Vec<String>,

    /// Show a comparison again that was made before: its id, or `last`.
    #[arg(long, value_name = "ID", conflicts_with_all = ["profile", "app", "rounds", "ab_env", "parallel", "runs"])]
    pub(super) show: Option<String>,

    /// How much of the month is as busy as this load, for plans that are priced by use. Without it: 10 %.
    #[arg(long, value_name = "PERCENT")]
    pub(super) busy: Option<Portion>,

    /// Every column, however wide.
    #[arg(long)]
    pub(super) wide: bool,

    /// The form of the answer.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(super) format: Format,

    /// The same as `--format json`.
    #[arg(long, conflicts_with = "format")]
    pub(super) json: bool,

    /// Write the answer into this file; the table is still shown.
    #[arg(long, short, value_name = "FILE")]
    pub(super) output: Option<std::path::PathBuf>,
}

impl CompareArgs {
    /// The form of the answer.
    pub(super) fn format(&self) -> Format {
        if self.json { Format::Json } else { self.format }
    }
}

/// The order of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SortChoice {
    /// The cheapest first.
    Price,
    /// As the plans were named.
    Asked,
    /// The quickest p95 first.
    P95,
    /// The quickest cold start first.
    ColdStart,
    /// The smallest peak need first.
    Need,
    /// The best verdict first.
    Verdict,
}

impl From<SortChoice> for Sort {
    fn from(choice: SortChoice) -> Self {
        match choice {
            SortChoice::Price => Self::Price,
            SortChoice::Asked => Self::Asked,
            SortChoice::P95 => Self::P95,
            SortChoice::ColdStart => Self::ColdStart,
            SortChoice::Need => Self::Need,
            SortChoice::Verdict => Self::Verdict,
        }
    }
}

/// The form of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Table,
    /// For programs: docs/reference/json.md.
    Json,
    /// One row for each plan, for spreadsheets.
    Csv,
    /// For a pull request.
    Markdown,
    /// For build servers: one test case for each plan and each line of the budget.
    Junit,
}
