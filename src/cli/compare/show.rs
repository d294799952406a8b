use std::path::Path;

use super::args::{CompareArgs, Format};
use crate::cli::{Exit, Failure, Printer};
use crate::compare::{self, Arm, Comparison, Outcome, Question, Unmet, Width};
use crate::report::{text, values_needed, words};

/// Prints what a comparison came to, writes the file that was asked for, and tells how it ends.
pub(super) fn show(arms: &[Arm], question: &Question, args: &CompareArgs, printer: &Printer) -> Result<Exit, Failure> {
    let comparison = compare::compare(arms, question).map_err(|error| {
        Failure::new(Exit::Usage, error.to_string()).hint("`emu compare --help` tells what can be compared")
    })?;
    let format = args.format();
    match (&args.output, format) {
        (Some(path), format) => {
            // First what cannot fail: runs took minutes, and a full disk must not cost their table.
            printer.data(&table(&comparison, args, printer.data_width()));
            std::fs::write(path, written(&comparison, format, args).trim_end().to_owned() + "\n")
                .map_err(|error| unwritable(path, &error))?;
            printer.say(&format!("written to {}", path.display()));
        }
        (None, Format::Table) => printer.data(&table(&comparison, args, printer.data_width())),
        (None, format) => printer.data(written(&comparison, format, args).trim_end()),
    }
    Ok(told(&comparison.outcome, printer))
}

/// A file that cannot be written is told before anything runs. Nothing is written yet, and what is in the
/// file stays.
pub(super) fn can_write(args: &CompareArgs) -> Result<(), Failure> {
    let Some(path) = &args.output else { return Ok(()) };
    let new = !path.exists();
    let opened = std::fs::OpenOptions::new().append(true).create(true).open(path);
    let closed = opened.and_then(|_| if new { std::fs::remove_file(path) } else { Ok(()) });
    closed.map_err(|error| unwritable(path, &error))
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(Exit::Usage, format!("`{}` cannot be written: {error}", path.display()))
        .hint("choose another file with `--output`")
}

fn table(comparison: &Comparison, args: &CompareArgs, columns: usize) -> String {
    let width = if args.wide { Width::Wide } else { Width::Page };
    let columns = if args.wide { usize::MAX } else { columns };
    text(&compare::sections(comparison, width), columns)
}

fn written(comparison: &Comparison, format: Format, args: &CompareArgs) -> String {
    match format {
        Format::Table => table(comparison, args, 100),
        Format::Json => json(comparison),
        Format::Csv => compare::csv(comparison),
        Format::Markdown => compare::markdown(comparison),
        Format::Junit => compare::junit(comparison),
    }
}

fn json(comparison: &Comparison) -> String {
    #[expect(clippy::expect_used, reason = "a comparison is plain fields and maps with text keys: JSON holds them all")]
    serde_json::to_string_pretty(comparison).expect("a comparison is always JSON")
}

/// How a comparison ends for scripts. The reason is said aloud.
fn told(outcome: &Outcome, printer: &Printer) -> Exit {
    match outcome {
        Outcome::Lives => Exit::Done,
        Outcome::Unmet(unmet) => {
            for one in unmet {
                printer.say(&sentence(one));
            }
            Exit::Unmet
        }
        Outcome::Thin { rounds_needed } => {
            let would_do = rounds_needed.map_or_else(
                || "not even 50 rounds would do".to_owned(),
                |rounds| format!("{} would do: `--rounds {rounds}`", words::count(rounds.into(), "round", "rounds")),
            );
            printer.say(&format!("too few rounds to tell plans apart; {would_do}"));
            Exit::Invalid
        }
        Outcome::Invalid { arms } => {
            let labels: Vec<String> = arms.iter().map(|label| format!("`{label}`")).collect();
            printer.say(&format!("nothing can be said about {}: `Why` tells the reason", labels.join(", ")));
            Exit::Invalid
        }
    }
}

fn sentence(unmet: &Unmet) -> String {
    match unmet {
        Unmet::Budget { arm, line, found: Some(found), expected } => {
            format!("budget broken on `{arm}`: {line} is {found}, expected {expected}")
        }
        Unmet::Budget { arm, line, found: None, expected } => {
            let per_cent = line.strip_prefix('p').and_then(|digits| digits.parse().ok());
            let needs = per_cent.map_or_else(String::new, |per_cent| {
                let values = values_needed(per_cent);
                format!(" (it needs {values} answered requests: a longer load, or more rounds)")
            });
            format!("budget not judged on `{arm}`: {line} was not measured{needs}, expected {expected}")
        }
        Unmet::NoPlan => "the app lives on none of these plans".to_owned(),
    }
}
