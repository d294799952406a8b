use super::memory::{in_runs, need, neediest_first, with_margin};
use super::speed::standing_still;
use super::{Case, Evidence, Input, Place};
use crate::compare::budget::{BudgetLine, Kept};
use crate::event::{ExitCause, Finish, PhaseRole, Shortfall};
use crate::report::{Summary, Victim, words};

/// A kill that was witnessed is a fact, however little else is known of the run.
fn killed(summary: &Summary) -> bool {
    summary.kills.iter().any(|kill| kill.victim != Victim::Outside)
}

pub(super) fn invalid(summary: &Summary) -> Option<Vec<Input>> {
    let why = summary.finish.as_ref().filter(|end| matches!(end, Finish::Invalid(_) | Finish::EngineFailed(_)));
    let outside = summary.kills.iter().find(|kill| kill.victim == Victim::Outside);
    match (why, outside) {
        (Some(why), _) => Some(vec![ending(summary, words::finish(why))]),
        (None, Some(kill)) => {
            let place = Place::at(kill.at, &["exited"]);
            Some(vec![Input::found("the app was", "killed from outside", place)])
        }
        (None, None) => None,
    }
}

pub(super) fn incomplete(summary: &Summary) -> Option<Vec<Input>> {
    let cut = summary.finish.is_none();
    let whole = Place::whole(summary.length, &["finished"]);
    let why = match summary.missing {
        0 if cut && summary.running => Input::found("the run", "still goes on", whole),
        0 if cut => Input::found("the run was", "cut off: its end is not recorded", whole),
        0 => return None,
        missing => Input::found("the record", words::count(missing, "event is missing", "events are missing"), whole),
    };
    (!killed(summary)).then(|| vec![why])
}

pub(super) fn interrupted(summary: &Summary) -> Option<Vec<Input>> {
    let loaded = !summary.phases.is_empty();
    // A run without load is as long as its user lets it go on.
    let short = summary.finish == Some(Finish::Interrupted) && (loaded || !summary.served());
    (short && !killed(summary)).then(|| vec![ending(summary, "interrupted".into())])
}

pub(super) fn generator(summary: &Summary) -> Option<Vec<Input>> {
    let slow = summary.phases.iter().filter_map(|phase| {
        let load = super::super::facts::loaded(phase)?;
        let place = Place::of(phase, &["phase", "load"]);
        let late = load.late.p99.or(load.late.max).map(|late| format!(", others up to {} late", late.human()));
        let sent = format!("{} of {} requests were not sent{}", load.unsent, load.due, late.unwrap_or_default());
        (load.shortfall == Some(Shortfall::Generator))
            .then(|| Input::found(&format!("in `{}`", phase.name), sent, place))
    });
    let slow: Vec<Input> = slow.collect();
    (!slow.is_empty() && !killed(summary)).then_some(slow)
}

pub(super) fn check(summary: &Summary) -> Option<Vec<Input>> {
    let failed = summary.phases.iter().filter(|phase| phase.role == PhaseRole::Check).filter_map(|phase| {
        let load = phase.load.as_ref().filter(|load| load.answered < load.due)?;
        let how: Vec<String> = load.failures.iter().map(|(how, count)| format!("{count} {how}")).collect();
        let found =
            format!("{} of {} requests not as expected: {}", load.due - load.answered, load.due, how.join(", "));
        Some(Input::found(&format!("in `{}`", phase.name), found, Place::of(phase, &["load", "request"])))
    });
    let failed: Vec<Input> = failed.collect();
    (!failed.is_empty() && summary.served() && !killed(summary)).then_some(failed)
}

/// More than half of what was asked in a phase.
pub(super) fn wrong(summary: &Summary) -> Option<Vec<Input>> {
    let measured = summary.phases.iter().filter(|phase| phase.role == PhaseRole::Measure);
    let wrong = measured.filter_map(|phase| {
        let load = phase.load.as_ref().filter(|load| load.is_mostly_wrong())?;
        let how: Vec<String> = load.failures.iter().map(|(how, count)| format!("{count} {how}")).collect();
        let found = format!("{} of {} requests went wrong: {}", load.wrong, load.due, how.join(", "));
        Some(Input::found(&format!("in `{}`", phase.name), found, Place::of(phase, &["load", "request"])))
    });
    let wrong: Vec<Input> = wrong.collect();
    (!wrong.is_empty() && summary.served() && !killed(summary)).then_some(wrong)
}

/// What a shell ends with when it may not execute a program (126), and when it finds none (127): POSIX,
/// Shell Command Language, 2.8.2.
const NOT_RUN: [i32; 2] = [126, 127];

/// How a program ended that drove the load, where it did not end well.
fn programs(summary: &Summary) -> impl Iterator<Item = (i32, Input)> {
    summary.phases.iter().filter_map(|phase| {
        let code = phase.load.as_ref()?.command_exit.filter(|code| *code != 0)?;
        let place = Place::of(phase, &["phase", "load"]);
        Some((code, Input::found(&format!("`{}`", phase.what), format!("ended with status {code}"), place)))
    })
}

pub(super) fn no_program(summary: &Summary) -> Option<Vec<Input>> {
    let missing: Vec<Input> =
        programs(summary).filter(|(code, _)| NOT_RUN.contains(code)).map(|(_, input)| input).collect();
    (!missing.is_empty()).then_some(missing)
}

pub(super) fn program(case: &Case) -> Vec<Evidence> {
    in_runs(case, |summary| programs(summary).map(|(_, input)| input).collect())
}

fn ending(summary: &Summary, how: String) -> Input {
    Input::found("the run was", how, Place::at(summary.length, &["finished"]))
}

pub(super) fn never_served(case: &Case) -> Vec<Evidence> {
    in_runs(case, |summary| {
        let kinds = &["state", "exited", "health-failed", "finished"];
        let why = match &summary.finish {
            Some(Finish::NeverServed(why)) => why.clone(),
            _ if !summary.served() => "no healthy answer".to_owned(),
            _ => return Vec::new(),
        };
        vec![Input::found("the app never served:", why, Place::whole(summary.length, kinds))]
    })
}

pub(super) fn ended(case: &Case) -> Vec<Evidence> {
    in_runs(case, |summary| {
        let whole = Place::whole(summary.length, &["exited", "finished"]);
        let crashes = summary.exits.get(&ExitCause::Crashed).copied().unwrap_or_default();
        match &summary.finish {
            Some(Finish::GivenUp(why)) => vec![Input::found("the platform gave the app up:", why.clone(), whole)],
            _ if crashes > 0 => vec![Input::found("the app crashed", words::count(crashes, "time", "times"), whole)],
            _ => Vec::new(),
        }
    })
}

pub(super) fn budget(case: &Case) -> Vec<Evidence> {
    lines(case, Kept::No)
}

pub(super) fn budget_empty(case: &Case) -> Vec<Evidence> {
    lines(case, Kept::Empty)
}

/// A budget is about all runs together, so no single one is named.
fn lines(case: &Case, state: Kept) -> Vec<Evidence> {
    let inputs: Vec<Input> =
        case.budget.iter().filter(|line| line.state == state).map(|line: &BudgetLine| line.input.clone()).collect();
    if inputs.is_empty() { Vec::new() } else { vec![Evidence { run: String::new(), inputs }] }
}

/// What speaks for it: the peak, how often the app stood still, and the budget.
pub(super) fn fits(case: &Case) -> Vec<Evidence> {
    neediest_first(case)
        .into_iter()
        .map(|(facts, summary)| {
            let peak = summary.memory.as_ref().map(|memory| {
                need("peak need", &memory.peak, format!("at most {}", with_margin(memory.limit).human()))
            });
            let still = standing_still(facts.throttled, summary);
            let nothing = Input::found("the app", "served", Place::whole(summary.length, &["state"]));
            let mut inputs: Vec<Input> = [peak, still].into_iter().flatten().collect();
            if inputs.is_empty() {
                inputs.push(nothing);
            }
            Evidence { run: facts.run.clone(), inputs }
        })
        .chain(lines(case, Kept::Yes))
        .collect()
}
