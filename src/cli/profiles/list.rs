use serde::Serialize;

use super::super::profile::{broken, library};
use super::super::{Exit, Failure, Printer, Surroundings};
use super::SCHEMA;
use super::table::table;
use crate::profile::{Confidence, Library, Price, Profile, Value};

/// Arguments of `emu profiles list`.
#[derive(Debug, Default, clap::Args)]
pub struct ListArgs {
    /// Print the list as JSON.
    #[arg(long)]
    json: bool,
}

/// What the settings of a price begin with; a line shows them too.
const PRICES: &str = "plan.price.";

/// The numbers a line shows. Its confidence is that of the weakest of them.
const SHOWN: &[&str] = &["memory.limit", "cpu.share", "sleep.after"];

#[derive(Serialize)]
struct Document<'p> {
    schema: u32,
    profiles: Vec<Line<'p>>,
}

/// One plan.
#[derive(Serialize)]
struct Line<'p> {
    id: &'p str,
    platform: &'p str,
    plan: &'p str,
    range: &'static str,
    summary: &'p str,
    memory: String,
    cpu: String,
    /// `None` when it never sleeps.
    sleep: Option<String>,
    wake: Option<&'static str>,
    /// The flat part.
    price: String,
    /// What costs more the more of it is used.
    priced_by_use: Vec<&'static str>,
    /// Both in words.
    #[serde(skip)]
    costs: String,
    checked: &'p str,
    weakest_confidence: Option<&'static str>,
}

/// Shows every plan on one line.
pub(super) fn run(args: &ListArgs, printer: &Printer, surroundings: &Surroundings) -> Result<Exit, Failure> {
    let library = library(&[], surroundings)?;
    let (profiles, broken) = load_all(&library, printer);
    let profiles = profiles.iter().map(Line::of).collect();
    if args.json {
        printer.json(&Document { schema: SCHEMA, profiles });
    } else {
        printer.data(&lines(&profiles));
    }
    Ok(if broken { Exit::Configuration } else { Exit::Done })
}

/// The profiles that load. One that does not is told, and does not hide the others.
pub(super) fn load_all(library: &Library, printer: &Printer) -> (Vec<Profile>, bool) {
    let mut any = false;
    let mut profiles = Vec::new();
    for id in library.ids() {
        match library.load(&id) {
            Ok(profile) => profiles.push(profile),
            Err(error) => {
                any = true;
                printer.failure(&broken(&error));
            }
        }
    }
    (profiles, any)
}

impl<'p> Line<'p> {
    fn of(profile: &'p Profile) -> Self {
        let plan = &profile.plan;
        let sleeps = profile.sleep.as_ref();
        Self {
            id: &plan.id,
            platform: &plan.platform,
            plan: &plan.name,
            range: plan.range.name(),
            summary: &plan.summary,
            memory: profile.memory.limit.to_string(),
            cpu: profile.cpu.share.to_string(),
            sleep: sleeps.map(|sleep| sleep.after.to_string()),
            wake: sleeps.map(|_| profile.wake.browser.name()),
            price: plan.price.monthly.to_string(),
            priced_by_use: priced_by_use(&plan.price),
            costs: plan.price.to_string(),
            checked: &plan.checked,
            weakest_confidence: weakest(profile).map(Confidence::name),
        }
    }
}

/// The weakest source behind the numbers of a line.
fn weakest(profile: &Profile) -> Option<Confidence> {
    let prices = profile.settings.iter().filter(|(key, _)| key.starts_with(PRICES));
    let plain = SHOWN.iter().filter_map(|key| profile.settings.get(key));
    let shown = plain.chain(prices.map(|(_, held)| held)).filter(|held| held.value != Value::Nothing);
    let sources = shown.filter_map(|held| profile.sources.get(held.origin.source.as_ref()?));
    sources.map(|source| source.confidence).min()
}

fn priced_by_use(price: &Price) -> Vec<&'static str> {
    price.usage.iter().flat_map(|usage| usage.charges.keys()).map(|meter| meter.name()).collect()
}

/// The plan's name, and which end of a published range it is.
fn named(line: &Line<'_>) -> String {
    match line.range {
        "exact" => format!("{} {}", line.platform, line.plan),
        range => format!("{} {} ({range})", line.platform, line.plan),
    }
}

fn lines(profiles: &[Line<'_>]) -> String {
    let rows: Vec<_> = profiles
        .iter()
        .map(|line| {
            [
                line.id.to_owned(),
                named(line),
                line.memory.clone(),
                line.cpu.clone(),
                line.sleep.clone().unwrap_or_else(|| "never".into()),
                line.wake.unwrap_or("–").to_owned(),
                line.costs.clone(),
                line.checked.to_owned(),
                line.weakest_confidence.unwrap_or("–").to_owned(),
            ]
        })
        .collect();
    let names = ["id", "plan", "memory", "CPU", "sleep", "wake", "price", "checked", "source of these"];
    table(names, &rows, &[2, 3, 4, 6])
}
