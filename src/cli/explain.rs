//! `emu explain`: the rule, the inputs and the raw events behind every word of a verdict.

use serde::Serialize;

use super::compare::{budget, recall};
use super::{Exit, Failure, Printer, Surroundings, runs};
use crate::compare::{self, Arm, ArmResult, Evidence, Input, LeftOut, Place, Question, RULES, Rule};
use crate::event::stored::{StoredEvent, encode};
use crate::report::{Fold, words};
use crate::store::Store;
use crate::units::Elapsed;

/// So many events are printed for one input; of more, the first ones and the last.
const SHOWN: usize = 4;

/// Arguments of `emu explain`.
#[derive(Debug, clap::Args)]
pub struct ExplainArgs {
    /// A run (its id or name), a comparison or a search (its id), or `last`: the newest run, with all of the comparison
    /// it is a part of.
    #[arg(value_name = "RUN|COMPARISON")]
    what: String,

    /// What the app must live up to, as `emu compare` takes it: on top of what a comparison asked.
    #[arg(long, value_name = "NAME=VALUE")]
    budget: Vec<String>,

    /// As JSON.
    #[arg(long)]
    json: bool,
}

/// Everything behind one verdict, for programs.
#[derive(Serialize)]
struct Explained<'c> {
    label: &'c str,
    verdict: &'c compare::Verdict,
    why: &'static str,
    left_out: &'c [LeftOut],
    behind: Vec<Behind<'c>>,
}

/// The events behind one input.
#[derive(Serialize)]
struct Behind<'c> {
    run: &'c str,
    input: &'c str,
    /// Where in the run it stands.
    place: &'c Place,
    /// How many there are.
    events: usize,
    /// Some of them.
    shown: Vec<StoredEvent>,
}

/// Explains every word of a comparison, or what a single run says about its plan.
pub(super) fn run(args: &ExplainArgs, printer: &Printer, surroundings: &Surroundings) -> Result<Exit, Failure> {
    let store = runs::open(surroundings)?;
    let (question, arms) = meant(&store, args)?;
    let comparison =
        compare::compare(&arms, &question).map_err(|error| Failure::new(Exit::Usage, error.to_string()))?;
    let explained = comparison.arms.iter().map(|arm| explain(&store, arm)).collect::<Result<Vec<_>, _>>()?;
    if args.json {
        printer.json(&serde_json::json!({ "schema": 1, "verdicts": explained }));
    } else {
        let texts: Vec<String> = explained.iter().map(|one| text(one, printer.data_room())).collect();
        printer.data(&texts.join("\n\n"));
    }
    Ok(Exit::Done)
}

/// The id of a comparison or a search means all of it; anything else is one run.
fn meant(store: &Store, args: &ExplainArgs) -> Result<(Question, Vec<Arm>), Failure> {
    let (question, arms) = match whole(store, &args.what)? {
        Some(id) => recall(store, &id)?,
        None => alone(store, &args.what)?,
    };
    let budget = budget(&args.budget, question.budget)?;
    Ok((Question { budget, ..question }, arms))
}

/// The comparison or search that is meant, if one is: the newest run may be a part of one.
fn whole(store: &Store, asked: &str) -> Result<Option<String>, Failure> {
    if asked == "last" {
        return Ok(store.find(asked)?.part.map(|part| part.of));
    }
    Ok(store.find_whole(asked)?)
}

fn alone(store: &Store, asked: &str) -> Result<(Question, Vec<Arm>), Failure> {
    let row = store.find(asked)?;
    let mut fold = Fold::new();
    for event in store.events(&row)? {
        fold.add(&event?);
    }
    let arm = Arm { label: row.profile.clone(), rounds: vec![fold.summary()] };
    Ok((Question::default(), vec![arm]))
}

fn explain<'c>(store: &Store, arm: &'c ArmResult) -> Result<Explained<'c>, Failure> {
    let mut behind = Vec::new();
    let left_out = arm.left_out.iter().map(|run| &run.evidence);
    for evidence in arm.verdict.evidence.iter().chain(left_out) {
        for input in &evidence.inputs {
            behind.extend(events(store, evidence, input)?);
        }
    }
    let why = rule(arm.verdict.rule).map_or("", |rule| rule.why);
    Ok(Explained { label: &arm.label, verdict: &arm.verdict, why, left_out: &arm.left_out, behind })
}

fn rule(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}

/// Reads the run again, as far as the input's place goes.
fn events<'c>(store: &Store, evidence: &'c Evidence, input: &'c Input) -> Result<Option<Behind<'c>>, Failure> {
    let Some(place) = input.place.as_ref().filter(|_| !evidence.run.is_empty()) else { return Ok(None) };
    let row = store.find(&evidence.run)?;
    let (mut count, mut shown) = (0, Vec::new());
    for event in store.events(&row)? {
        let event = event?;
        if past(place, event.at) {
            break;
        }
        if !place.holds(&event) {
            continue;
        }
        count += 1;
        if shown.len() == SHOWN {
            shown.pop();
        }
        shown.push(encode(&event));
    }
    Ok(Some(Behind { run: &evidence.run, input: &input.name, place, events: count, shown }))
}

/// Events are told a little out of order (a request when it has ended), so a moment more is read.
fn past(place: &Place, at: Elapsed) -> bool {
    at > place.to + Elapsed::from_secs(60)
}

fn text(explained: &Explained<'_>, room: Option<usize>) -> String {
    let verdict = explained.verdict;
    let mut lines = vec![
        format!("`{}`: {}", explained.label, verdict.word.text()),
        format!("  rule {}: {}", verdict.rule, explained.why),
    ];
    if let Some(weakest) = &verdict.weakest {
        lines.push(format!("  rests on {} ({})", weakest.setting, weakest.confidence.name()));
    }
    for evidence in &verdict.evidence {
        proof(explained, evidence, &mut lines);
    }
    for run in explained.left_out {
        lines.push(format!("  round {} does not count: {}", run.round, rule(run.rule).map_or("", |rule| rule.why)));
        proof(explained, &run.evidence, &mut lines);
    }
    let fits = |line: String| room.map_or_else(|| line.clone(), |room| line.chars().take(room).collect());
    lines.into_iter().map(fits).collect::<Vec<_>>().join("\n")
}

fn proof(explained: &Explained<'_>, evidence: &Evidence, lines: &mut Vec<String>) {
    if !evidence.run.is_empty() {
        lines.push(format!("  run {}", evidence.run));
    }
    for input in &evidence.inputs {
        let bound = input.bound.as_ref().map(|bound| format!(", {bound}")).unwrap_or_default();
        lines.push(format!("    {} {}{bound}", input.name, input.value));
        let same = |one: &&Behind<'_>| {
            one.run == evidence.run && one.input == input.name && Some(one.place) == input.place.as_ref()
        };
        let behind = explained.behind.iter().find(same);
        if let Some(behind) = behind {
            raw(behind, lines);
        }
    }
}

/// The events as they are stored: `emu runs export` shows all of them under the same numbers.
fn raw(behind: &Behind<'_>, lines: &mut Vec<String>) {
    let left_out = behind.events.saturating_sub(behind.shown.len());
    for (at, event) in behind.shown.iter().enumerate() {
        if left_out > 0 && at + 1 == behind.shown.len() {
            lines.push(format!("      … {}", words::count(left_out as u64, "more event", "more events")));
        }
        let at = Elapsed::from_micros(event.at_us).secs_f64();
        lines.push(format!("      #{} [{at:.2} s] {} {}", event.seq, event.kind, event.body));
    }
}
