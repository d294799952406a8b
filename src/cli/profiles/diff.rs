use serde::Serialize;

use super::super::profile::load;
use super::super::{Exit, Failure, Printer, Surroundings};
use super::SCHEMA;
use super::show::json;
use super::table::{short, table};
use crate::profile::vocabulary::FAMILIES;
use crate::profile::{Profile, Value};

/// Arguments of `emu profiles diff`.
#[derive(Debug, clap::Args)]
pub struct DiffArgs {
    /// One plan: an id, or the path of a profile file.
    #[arg(value_name = "A")]
    one: String,

    /// The other.
    #[arg(value_name = "B")]
    other: String,

    /// Print it as JSON, texts in full.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Document<'p> {
    schema: u32,
    a: &'p str,
    b: &'p str,
    differences: Vec<Difference<'p>>,
}

/// A setting that the two do not share. `null` where one of them has no such entry.
#[derive(Serialize)]
struct Difference<'p> {
    key: &'p str,
    a: Option<serde_json::Value>,
    b: Option<serde_json::Value>,
}

/// Shows the settings in which two plans differ.
pub(super) fn run(args: &DiffArgs, printer: &Printer, surroundings: &Surroundings) -> Result<Exit, Failure> {
    let (one, other) = (load(&args.one, surroundings)?, load(&args.other, surroundings)?);
    let differences = differences(&one, &other);
    if args.json {
        let json = |value: Option<&Value>| value.map(json);
        let differences = differences.iter().map(|(key, a, b)| Difference { key, a: json(*a), b: json(*b) }).collect();
        printer.json(&Document { schema: SCHEMA, a: &one.plan.id, b: &other.plan.id, differences });
    } else if differences.is_empty() {
        printer.data("no difference");
    } else {
        let text = |value: Option<&Value>| value.map_or_else(|| "–".into(), short);
        let rows: Vec<_> = differences.iter().map(|(key, a, b)| [(*key).to_owned(), text(*a), text(*b)]).collect();
        printer.data(&table(["setting", &one.plan.id, &other.plan.id], &rows, &[]));
    }
    Ok(Exit::Done)
}

type Pair<'p> = (&'p str, Option<&'p Value>, Option<&'p Value>);

/// In the order of the vocabulary, which is the order of a person's interest.
fn differences<'p>(one: &'p Profile, other: &'p Profile) -> Vec<Pair<'p>> {
    let value = |profile: &'p Profile, key: &str| profile.settings.get(key).map(|held| &held.value);
    let only_other = other.settings.iter().filter(|(key, _)| one.settings.get(key).is_none());
    let keys = one.settings.iter().chain(only_other).map(|(key, _)| key);
    let mut pairs: Vec<_> = keys.map(|key| (key, value(one, key), value(other, key))).collect();
    pairs.retain(|(_, one, other)| one != other);
    pairs.sort_by_key(|(key, _, _)| family(key));
    pairs
}

fn family(key: &str) -> Option<usize> {
    let name = key.split('.').next()?;
    FAMILIES.iter().position(|family| family.name == name)
}
