use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value as Json;

use super::super::profile::load;
use super::super::{Exit, Failure, Printer, Surroundings};
use super::SCHEMA;
use super::table::{short, table};
use crate::profile::vocabulary::FAMILIES;
use crate::profile::{Profile, Value};

/// Arguments of `emu profiles show`.
#[derive(Debug, clap::Args)]
pub struct ShowArgs {
    /// The plan: an id, or the path of a profile file.
    #[arg(value_name = "ID")]
    id: String,

    /// Print every setting as JSON, texts in full.
    #[arg(long)]
    json: bool,

    /// The same as YAML, for tools that read that.
    #[arg(long, conflicts_with = "json")]
    yaml: bool,
}

#[derive(Serialize)]
struct Document<'p> {
    schema: u32,
    id: &'p str,
    /// By key, as a profile file has it.
    settings: BTreeMap<&'p str, Json>,
}

/// Shows what a plan promises, family by family.
pub(super) fn run(args: &ShowArgs, printer: &Printer, surroundings: &Surroundings) -> Result<Exit, Failure> {
    let profile = load(&args.id, surroundings)?;
    let settings = profile.settings.iter().map(|(key, held)| (key, json(&held.value))).collect();
    let document = Document { schema: SCHEMA, id: &profile.plan.id, settings };
    match (args.json, args.yaml) {
        (true, _) => printer.json(&document),
        (_, true) => printer.yaml(&document),
        _ => printer.data(&page(&profile)),
    }
    Ok(Exit::Done)
}

/// A value in JSON: numbers with a unit as text, `"none"` as `null`.
pub(super) fn json(value: &Value) -> Json {
    match value {
        Value::Integer(number) => (*number).into(),
        Value::Flag(flag) => (*flag).into(),
        Value::List(entries) => entries.iter().map(json).collect(),
        Value::Nothing => Json::Null,
        other => other.to_string().into(),
    }
}

fn page(profile: &Profile) -> String {
    let plan = &profile.plan;
    let mut page = format!("{}: {} {}\n{}\n{}", plan.id, plan.platform, plan.name, plan.summary, plan.documentation);
    let conditions = plan.price.note.as_ref().map(|note| format!(": {note}")).unwrap_or_default();
    page.extend(["\n", &plan.price.to_string(), &conditions]);
    for family in FAMILIES {
        let prefix = format!("{}.", family.name);
        let settings = profile.settings.iter().filter(|(key, _)| key.starts_with(&prefix));
        let rows: Vec<_> =
            settings.map(|(key, held)| [format!("  {}", &key[prefix.len()..]), short(&held.value)]).collect();
        if !rows.is_empty() {
            page.push_str("\n\n");
            page.push_str(&table([family.name, ""], &rows, &[]));
        }
    }
    page
}
