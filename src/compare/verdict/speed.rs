use super::memory::in_runs;
use super::{Case, Evidence, Input, Place, settings};
use crate::compare::facts::loaded;
use crate::event::Shortfall;
use crate::report::{PhaseUse, Summary, Throttled};

/// More throttled periods than this, in percent, and a share of CPU is too small to be called enough.
const THROTTLED_PERCENT: f64 = 25.0;

/// Phases in which the app was slower than it was asked.
pub(super) fn shortfall(case: &Case) -> Vec<Evidence> {
    in_runs(case, |summary| summary.phases.iter().filter_map(piled_up).collect())
}

fn piled_up(phase: &PhaseUse) -> Option<Input> {
    let load = loaded(phase).filter(|load| load.shortfall == Some(Shortfall::App))?;
    let achieved = load.achieved_per_second.unwrap_or_default();
    let input = Input::found(
        &format!("in `{}`", phase.name),
        format!("{achieved:.1} answers per second"),
        Place::of(phase, &["phase", "load"]),
    );
    Some(match load.asked_per_second {
        Some(asked) => input.against(format!("{asked:.1} asked"), settings::CPU).speed(achieved / asked.max(0.001)),
        None => input.against("fewer than asked", settings::CPU),
    })
}

/// Runs in which the app often stood still for want of CPU.
pub(super) fn throttled(case: &Case) -> Vec<Evidence> {
    case.runs
        .iter()
        .filter_map(|(facts, summary)| {
            let input = standing_still(facts.throttled, summary)?;
            let over = input.ratio.is_some_and(|ratio| ratio > 1.0);
            over.then(|| Evidence { run: facts.run.clone(), inputs: vec![input] })
        })
        .collect()
}

/// How often the app stood still, against what is too often.
pub(super) fn standing_still(throttled: Throttled, summary: &Summary) -> Option<Input> {
    let percent = throttled.percent()?;
    let phases: Vec<&PhaseUse> = summary.phases.iter().filter(|phase| loaded(phase).is_some()).collect();
    let place = match phases.as_slice() {
        [] => Place::whole(summary.length, &["sample"]),
        [first, ..] => Place { to: phases[phases.len() - 1].to, ..Place::of(first, &["sample"]) },
    };
    let input = Input::found("throttled in", format!("{percent:.1} % of the periods"), place);
    Some(input.against(format!("at most {THROTTLED_PERCENT} %"), settings::CPU).speed(percent / THROTTLED_PERCENT))
}
