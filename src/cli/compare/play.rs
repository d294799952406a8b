use std::collections::VecDeque;
use std::sync::Arc;

use super::progress::Progress;
use super::settings::AskedArm;
use crate::cli::Failure;
use crate::cli::folder::Sources;
use crate::cli::rounds::{Round, Rounds};
use crate::event::{Finish, Part};
use crate::report::{Summary, words};
use crate::spec::AppSpec;
use crate::trial::{Script, Until, rota};

/// What is made: every arm, so many times.
#[derive(Debug)]
pub(super) struct Course {
    /// The id that the runs name as the question they answer.
    pub(super) id: String,
    pub(super) arms: Vec<AskedArm>,
    pub(super) app: AppSpec,
    /// The project folder of which the app is made, where one is run.
    pub(super) sources: Option<Sources>,
    pub(super) script: Script,
    pub(super) rounds: u32,
    /// All arms of a round at the same time.
    pub(super) parallel: bool,
}

/// What was made of it.
#[derive(Debug)]
pub(super) struct Made {
    /// The runs of every arm, in the order of the arms.
    pub(super) runs: Vec<Vec<Summary>>,
    /// Why there are fewer than were to be made.
    pub(super) partial: Option<String>,
}

/// Makes the runs: arms taking turns, or all arms of a round at once. What has been made stays when the
/// user interrupts, or the engine fails. A plan on which the app never served is not tried again: it was
/// started until its platform's rules gave it up, and no noise is in that.
pub(super) async fn play(
    course: &Course,
    rounds: &mut Rounds<'_>,
    progress: &mut Progress<'_>,
) -> Result<Made, Failure> {
    let mut runs: Vec<Vec<Summary>> = course.arms.iter().map(|_| Vec::new()).collect();
    let mut turns: VecDeque<(u32, usize)> = rota(course.arms.len(), course.rounds).into();
    while let Some((first, _)) = turns.front().copied() {
        let of_round = turns.iter().take_while(|(round, _)| *round == first).count();
        let together: Vec<_> = turns.drain(..if course.parallel { of_round } else { 1 }).collect();
        progress.begin(together.iter().map(|(round, at)| title(course, *round, &course.arms[*at])).collect());
        let made = together.iter().map(|(round, at)| one(course, &course.arms[*at], *round)).collect();
        let summaries = match rounds.play(made, |at, event| progress.see(at, event)).await {
            Ok(summaries) => summaries,
            Err(failure) if runs.iter().all(Vec::is_empty) => return Err(failure),
            Err(failure) => return Ok(Made { runs, partial: Some(failure.message) }),
        };
        let mut why = None;
        for (place, ((_, at), summary)) in together.iter().zip(summaries).enumerate() {
            let spared = spare(&mut turns, *at, &summary);
            progress.end(place, &summary, turns.len() + together.len() - place - 1);
            if spared > 0 {
                let rounds = words::count(spared as u64, "further round", "further rounds");
                progress
                    .line(&format!("`{}` is spared {rounds}: the app does not start there", course.arms[*at].label));
            }
            why = why.or_else(|| ended(&summary));
            // A run that was broken off says nothing about its plan.
            if summary.finish != Some(Finish::Interrupted) {
                runs[*at].push(summary);
            }
        }
        if let Some(why) = why.or_else(|| rounds.interrupted().then(|| "interrupted".to_owned())) {
            return Ok(Made { partial: partial(&why, &runs, course), runs });
        }
    }
    Ok(Made { runs, partial: None })
}

/// Takes the further turns of a arm away when the app never served there, and tells how many.
fn spare(turns: &mut VecDeque<(u32, usize)>, arm: usize, summary: &Summary) -> usize {
    let before = turns.len();
    if matches!(summary.finish, Some(Finish::NeverServed(_))) {
        turns.retain(|(_, at)| *at != arm);
    }
    before - turns.len()
}

/// Why there is less than was asked for, and how much there is.
fn partial(why: &str, runs: &[Vec<Summary>], course: &Course) -> Option<String> {
    let gave_up =
        |rounds: &&Vec<Summary>| matches!(rounds.last().map(|run| &run.finish), Some(Some(Finish::NeverServed(_))));
    let spared: usize = runs.iter().filter(gave_up).map(|rounds| course.rounds as usize - rounds.len()).sum();
    let made: usize = runs.iter().map(Vec::len).sum();
    let wanted = course.arms.len() * course.rounds as usize - spared;
    (made < wanted).then(|| format!("{why} after {made} of {wanted} runs"))
}

fn title(course: &Course, round: u32, arm: &AskedArm) -> String {
    format!("round {round} of {}, {}", course.rounds, arm.label)
}

/// Why no further run can be made.
fn ended(summary: &Summary) -> Option<String> {
    match &summary.finish {
        Some(Finish::Interrupted) => Some("interrupted".to_owned()),
        Some(Finish::EngineFailed(why)) => Some(format!("the engine failed ({why})")),
        _ => None,
    }
}

fn one(course: &Course, arm: &AskedArm, round: u32) -> Round {
    Round {
        profile: Arc::clone(&arm.profile),
        app: arm.app.clone(),
        overrides: arm.overrides.clone(),
        script: course.script.clone(),
        until: Until::End,
        part: Part { of: course.id.clone(), arm: arm.label.clone(), round, platform_delay: arm.platform_delay() },
    }
}
