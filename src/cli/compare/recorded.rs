use super::args::CompareArgs;
use super::{settings, show};
use crate::cli::{Exit, Failure, Printer, Surroundings, runs};
use crate::compare::{Arm, Asked, Question};
use crate::event::{Finish, PhaseRole};
use crate::report::{Fold, Summary};
use crate::scenario::Budget;
use crate::store::{RunRow, Store, StoreError};

/// Recorded runs side by side: before and after. A comparison's id stands for all of its arms.
pub(super) fn runs(args: &CompareArgs, printer: &Printer, surroundings: &Surroundings) -> Result<Exit, Failure> {
    show::can_write(args)?;
    let store = runs::open(surroundings)?;
    let mut arms: Vec<Arm> = Vec::new();
    for asked in &args.runs {
        let row = store.find(asked)?;
        let label = label(&arms, &row);
        arms.push(Arm { label, rounds: vec![summary(&store, &row)?] });
    }
    let question = Question {
        asked: Asked::Runs,
        budget: settings::budget(&args.budget, Budget::default())?,
        reference: reference(args, &arms),
        sort: args.sort.map(Into::into).unwrap_or_default(),
        busy: args.busy,
        ..Question::default()
    };
    show::show(&arms, &question, args, printer)
}

/// Users name runs by what they typed; a label is the run's name, else its id.
fn label(arms: &[Arm], row: &RunRow) -> String {
    let name = row.name.clone().filter(|name| arms.iter().all(|arm| arm.label != *name));
    name.unwrap_or_else(|| row.id.clone())
}

/// The first run named is the one before, unless another one is asked for.
fn reference(args: &CompareArgs, arms: &[Arm]) -> Option<String> {
    args.reference.clone().or_else(|| arms.first().map(|arm| arm.label.clone()))
}

/// A comparison that was made before, from its runs.
pub(super) fn again(
    args: &CompareArgs,
    asked: &str,
    printer: &Printer,
    surroundings: &Surroundings,
) -> Result<Exit, Failure> {
    show::can_write(args)?;
    let store = runs::open(surroundings)?;
    let (mut question, arms) = recall(&store, asked)?;
    question.sort = args.sort.map_or(question.sort, Into::into);
    question.reference = args.reference.clone().or(question.reference);
    question.busy = args.busy.or(question.busy);
    question.budget = settings::budget(&args.budget, question.budget)?;
    show::show(&arms, &question, args, printer)
}

/// What a comparison asked, and the runs that answer it, by arm in the order in which they first ran.
pub(in crate::cli) fn recall(store: &Store, asked: &str) -> Result<(Question, Vec<Arm>), Failure> {
    let id = store.find_whole(asked)?.unwrap_or_else(|| asked.to_owned());
    let rows = store.answers(&id)?;
    let mut arms: Vec<Arm> = Vec::new();
    for row in &rows {
        let Some(part) = &row.part else { continue };
        let summary = summary(store, row)?;
        // As when it was made: a run that was broken off says nothing about its plan.
        if summary.finish == Some(Finish::Interrupted) {
            continue;
        }
        match arms.iter_mut().find(|arm| arm.label == part.arm) {
            Some(arm) => arm.rounds.push(summary),
            None => arms.push(Arm { label: part.arm.clone(), rounds: vec![summary] }),
        }
    }
    if arms.is_empty() && !rows.is_empty() {
        return Err(Failure::new(
            Exit::Invalid,
            format!("comparison `{id}` was interrupted before any run of it ended"),
        )
        .hint("make it again, with a shorter load or fewer rounds"));
    }
    if arms.is_empty() {
        return Err(Failure::new(Exit::Usage, format!("no comparison `{asked}` is recorded"))
            .hint("`emu runs list` names the runs, and the comparison each one belongs to"));
    }
    let asked: Option<Question> = store.question(&id)?;
    // Runs that were imported come without their question; what was done to the app is in them.
    let question = asked.unwrap_or_else(|| Question { load: carried_out(&arms), ..Question::default() });
    Ok((question, arms))
}

/// What was done to the app, phase by phase.
fn carried_out(arms: &[Arm]) -> Option<String> {
    let phases = arms.first()?.rounds.first()?.phases.iter();
    let done: Vec<&str> = phases
        .filter(|phase| phase.role == PhaseRole::Measure && phase.load.is_some())
        .map(|phase| phase.what.as_str())
        .collect();
    (!done.is_empty()).then(|| done.join("; "))
}

fn summary(store: &Store, row: &RunRow) -> Result<Summary, StoreError> {
    let mut fold = Fold::new();
    for event in store.events(row)? {
        fold.add(&event?);
    }
    Ok(fold.summary())
}
