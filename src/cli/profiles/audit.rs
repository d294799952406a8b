use std::collections::BTreeMap;

use jiff::civil::Date;

use super::super::profile::{library, load};
use super::super::{Exit, Failure, Printer, Surroundings};
use super::list::load_all;
use super::table::{short, table};
use crate::profile::{Confidence, Held, Layer, Profile, Source, Value};

/// A value older than this may no longer be true.
const DAYS_MAX: i32 = 180;

/// Arguments of `emu profiles audit`.
#[derive(Debug, clap::Args)]
pub struct AuditArgs {
    /// Only these plans. Without any: all.
    #[arg(value_name = "ID")]
    ids: Vec<String>,

    /// Also emu's own neutral values, which stand where a platform documents nothing.
    #[arg(long)]
    base: bool,
}

/// Lists the values that are guesses, and those whose source is older than half a year.
pub(super) fn run(args: &AuditArgs, printer: &Printer, surroundings: &Surroundings) -> Result<Exit, Failure> {
    let profiles = if args.ids.is_empty() {
        load_all(&library(&[], surroundings)?, printer).0
    } else {
        args.ids.iter().map(|id| load(id, surroundings)).collect::<Result<_, _>>()?
    };
    let mut doubts = doubts(&profiles, jiff::Zoned::now().date());
    let all = doubts.len();
    doubts.retain(|_, (layer, _)| args.base || *layer > Layer::Base);
    let neutral = all - doubts.len();
    let guesses = doubts.values().filter(|(_, row)| row[2].starts_with("guess")).count();
    let rows: Vec<_> = doubts.into_values().map(|(_, row)| row).collect();
    printer.data(&table(["setting", "value", "doubt", "set by", "source"], &rows, &[]));
    printer.say(&format!("{} values in doubt, {guesses} of them guesses", rows.len()));
    if neutral > 0 {
        printer.say(&format!("{neutral} neutral values of emu's own are not shown; `--base` shows them"));
    }
    Ok(Exit::Done)
}

/// File, line and key.
type Place = (String, u32, String);

/// One row for each place in a file, however many plans inherit from it.
fn doubts(profiles: &[Profile], today: Date) -> BTreeMap<Place, (Layer, [String; 5])> {
    let values =
        profiles.iter().flat_map(|profile| profile.settings.iter().map(move |(key, held)| (profile, key, held)));
    let rows = values.filter(|(_, _, held)| held.value != Value::Nothing).filter_map(|(profile, key, held)| {
        let source = profile.sources.get(held.origin.source.as_ref()?)?;
        let doubt = doubt(source, today)?;
        let origin = &held.origin;
        let at = (origin.place.clone(), origin.line.unwrap_or(0), key.to_owned());
        Some((at, (origin.layer, row(key, held, doubt))))
    });
    rows.collect()
}

fn row(key: &str, held: &Held, doubt: String) -> [String; 5] {
    let origin = &held.origin;
    [
        key.to_owned(),
        short(&held.value),
        doubt,
        format!("{}:{}", origin.place, origin.line.unwrap_or(0)),
        origin.source.clone().unwrap_or_default(),
    ]
}

/// What is doubtful about a source; `None` when nothing is.
fn doubt(source: &Source, today: Date) -> Option<String> {
    let days = age(&source.date, today).filter(|days| *days > DAYS_MAX);
    match (source.confidence, days) {
        (Confidence::Guess, Some(days)) => Some(format!("guess, {days} days old")),
        (Confidence::Guess, None) => Some("guess".into()),
        (_, Some(days)) => Some(format!("{days} days old")),
        (_, None) => None,
    }
}

/// Days since a date; a month counts from its first day.
fn age(date: &str, today: Date) -> Option<i32> {
    let whole = if date.len() == "2026-08".len() { format!("{date}-01") } else { date.to_owned() };
    let date: Date = whole.parse().ok()?;
    Some(today.since(date).ok()?.get_days())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{age, doubt};
    use crate::profile::{Confidence, Source};

    fn source(date: &str, confidence: Confidence) -> Source {
        Source { url: "https://example.com".into(), date: date.into(), confidence, note: None }
    }

    #[test]
    fn a_month_counts_from_its_first_day() {
        assert_eq!(age("2026-08", date(2026, 8, 31)), Some(30));
        assert_eq!(age("2026-08-30", date(2026, 8, 31)), Some(1));
        assert_eq!(age("2025-08-31", date(2026, 8, 31)), Some(365));
    }

    #[test]
    fn a_guess_is_always_doubtful_and_a_fact_only_when_it_is_old() {
        let today = date(2026, 8, 31);
        assert_eq!(doubt(&source("2026-08", Confidence::Guess), today).as_deref(), Some("guess"));
        assert_eq!(doubt(&source("2026-08", Confidence::Official), today), None);
        assert_eq!(doubt(&source("2026-01-01", Confidence::Official), today).as_deref(), Some("242 days old"));
    }
}
