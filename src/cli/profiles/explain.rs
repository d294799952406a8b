use serde::Serialize;

use super::super::profile::load;
use super::super::{Exit, Failure, Printer, Surroundings};
use super::SCHEMA;
use super::show::json;
use super::table::{short, table};
use crate::profile::{Held, Origin, Profile, Source, vocabulary};

/// Arguments of `emu profiles explain`.
#[derive(Debug, clap::Args)]
pub struct ExplainArgs {
    /// The plan: an id, or the path of a profile file.
    #[arg(value_name = "ID")]
    id: String,

    /// Only this setting, or this family of settings: `memory.limit`, `wake`.
    #[arg(value_name = "KEY")]
    key: Option<String>,

    /// Print it as JSON, texts in full.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Document<'p> {
    schema: u32,
    id: &'p str,
    values: Vec<Explained<'p>>,
}

#[derive(Serialize)]
struct Explained<'p> {
    key: &'p str,
    meaning: Option<&'static str>,
    value: serde_json::Value,
    origin: &'p Origin,
    source: Option<&'p Source>,
}

/// Shows for each value who set it and which source backs it.
pub(super) fn run(args: &ExplainArgs, printer: &Printer, surroundings: &Surroundings) -> Result<Exit, Failure> {
    let profile = load(&args.id, surroundings)?;
    let values: Vec<(&str, &Held)> =
        profile.settings.iter().filter(|(key, _)| asked(key, args.key.as_deref())).collect();
    if values.is_empty() {
        let key = args.key.as_deref().unwrap_or_default();
        return Err(Failure::new(Exit::Usage, format!("profile `{}` has no setting `{key}`", profile.plan.id))
            .hint(format!("`emu profiles show {}` lists its settings", args.id)));
    }
    if args.json {
        let values = values.iter().map(|(key, held)| explained(key, held, &profile)).collect();
        printer.json(&Document { schema: SCHEMA, id: &profile.plan.id, values });
    } else {
        printer.data(&page(&values, &profile));
    }
    Ok(Exit::Done)
}

fn asked(key: &str, wanted: Option<&str>) -> bool {
    let Some(wanted) = wanted else { return true };
    key.strip_prefix(wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn explained<'p>(key: &'p str, held: &'p Held, profile: &'p Profile) -> Explained<'p> {
    let path = crate::profile::key::split(key).unwrap_or_default();
    let meaning = vocabulary::find(&path).map(|setting| setting.doc);
    Explained { key, meaning, value: json(&held.value), origin: &held.origin, source: source(held, profile) }
}

fn source<'p>(held: &Held, profile: &'p Profile) -> Option<&'p Source> {
    profile.sources.get(held.origin.source.as_ref()?)
}

fn page(values: &[(&str, &Held)], profile: &Profile) -> String {
    let rows: Vec<_> = values.iter().map(|(key, held)| row(key, held, profile)).collect();
    let mut page = table(["key", "value", "set by", "source", "date", "confidence"], &rows, &[]);
    let mut names: Vec<&String> = values.iter().filter_map(|(_, held)| held.origin.source.as_ref()).collect();
    names.sort();
    names.dedup();
    page.push_str("\n\nsources");
    for (name, source) in names.into_iter().filter_map(|name| Some((name, profile.sources.get(name)?))) {
        let note = source.note.as_ref().map(|note| format!("\n    {note}")).unwrap_or_default();
        page.extend(["\n  ", name, ": ", &source.url, &note]);
    }
    page
}

fn row(key: &str, held: &Held, profile: &Profile) -> [String; 6] {
    let origin = &held.origin;
    let place = match origin.line {
        Some(line) => format!("{} {}:{line}", origin.layer.name(), origin.place),
        None => format!("{} {}", origin.layer.name(), origin.place),
    };
    let source = source(held, profile);
    [
        key.to_owned(),
        short(&held.value),
        place,
        origin.source.clone().unwrap_or_else(|| "–".into()),
        source.map_or_else(|| "–".into(), |source| source.date.clone()),
        source.map_or("–", |source| source.confidence.name()).to_owned(),
    ]
}
