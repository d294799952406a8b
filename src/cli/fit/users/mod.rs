//! How many users a plan carries: on each plan users come until it gives way, then those it carried stay.
//!
//! What is due next, and what the runs came to, is decided by [`crate::compare::fit::users`].

mod show;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::runtime::Builder;

use super::{FitArgs, no_runtime, value};
use crate::cli::compare::{AskedArm, Progress, Wanted, recall, wanted};
use crate::cli::engine::Kind;
use crate::cli::header::new_id;
use crate::cli::lab::Lab;
use crate::cli::rounds::{Round, Rounds};
use crate::cli::{Exit, Failure, Printer, Surroundings, runs};
use crate::compare::fit::users::{Due, next};
use crate::event::{Finish, Part};
use crate::report::Summary;
use crate::scenario::{Climb, Stay};
use crate::store::Store;
use crate::trial::{Script, Until};
use crate::units::Elapsed;

/// No more users come when nobody says anything else.
const MOST: u32 = 100;
/// How long 95 of 100 turns may take when nobody says anything else.
const WITHIN: Elapsed = Elapsed::from_secs(3);
/// Runs of a plan where nothing has to be made twice; the time left is told by it.
const USUAL_RUNS: usize = 2;

/// What is asked of the plans, as it is kept for whoever wants to see the answer again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Question {
    most: u32,
    #[serde(rename = "within_us")]
    within: Elapsed,
    /// What was done to the app, in words.
    load: String,
}

/// What came of it.
struct Searched {
    id: String,
    question: Question,
    /// Every plan with its runs.
    plans: Vec<(String, Vec<Summary>)>,
    interrupted: bool,
}

/// Lets users come to every plan, and says how many each carries.
pub(super) fn run(args: &FitArgs, printer: &Printer, surroundings: &Surroundings) -> Result<Exit, Failure> {
    let searched = match &args.show {
        Some(id) => again(id, surroundings)?,
        None => anew(args, printer, surroundings)?,
    };
    if searched.interrupted && searched.plans.iter().all(|(_, runs)| runs.is_empty()) {
        return Ok(Exit::Interrupted);
    }
    let exit = show::show(&searched, args.json, printer);
    printer.say(&format!("`emu fit --users --show {}` shows this again", searched.id));
    Ok(if searched.interrupted { Exit::Interrupted } else { exit })
}

/// A search that was made before, from its runs.
fn again(asked: &str, surroundings: &Surroundings) -> Result<Searched, Failure> {
    let store = runs::open(surroundings)?;
    let id = store.find_whole(asked)?.unwrap_or_else(|| asked.to_owned());
    let question: Option<Question> = store.question(&id)?;
    let Some(question) = question else {
        return Err(Failure::new(Exit::Usage, format!("no search for users `{asked}` is recorded"))
            .hint("`emu runs list` names the runs, and the search each one belongs to"));
    };
    let plans = recall(&store, &id)?.1.into_iter().map(|arm| (arm.label, arm.rounds)).collect();
    Ok(Searched { id, question, plans, interrupted: false })
}

fn anew(args: &FitArgs, printer: &Printer, surroundings: &Surroundings) -> Result<Searched, Failure> {
    let mut wanted = wanted(&args.typed(), surroundings, printer)?;
    let climb = climb(args, &wanted.script)?;
    let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| no_runtime(&error))?;
    runtime.block_on(search((args, &climb), &mut wanted, printer, surroundings))
}

/// Who comes, and how long a turn of theirs may take.
fn climb(args: &FitArgs, script: &Script) -> Result<Climb, Failure> {
    let most = value("most", args.most.as_ref(), MOST)?;
    let within = value("within", args.within.as_ref(), WITHIN)?;
    if most == 0 {
        return Err(
            Failure::new(Exit::Usage, "`--most 0`: expected at least one user").hint("for instance `--most 40`")
        );
    }
    let of_load = match script {
        Script::Load(scenario) => Climb::of(scenario, most, within),
        _ => None,
    };
    match of_load {
        Some(climb) => Ok(climb),
        None if args.load.is_said() => {
            Err(Failure::new(Exit::Usage, "`--load` has no phase of users, expected one beside `--users`")
                .hint("for instance `--load \"1 streamlit user thinking 2s for 1m\"`, or leave it out"))
        }
        None => Ok(Climb::usual(most, within)),
    }
}

async fn search(
    (args, climb): (&FitArgs, &Climb),
    wanted: &mut Wanted,
    printer: &Printer,
    surroundings: &Surroundings,
) -> Result<Searched, Failure> {
    let command = &args.subject.command;
    let kind = wanted.sources.as_ref().map_or(Kind::App(&wanted.app.image), |sources| sources.kind(command));
    let lab = Lab::open(args.subject.engine, kind, surroundings, printer).await?;
    for arm in &wanted.arms {
        lab.resolve(&arm.profile, arm.app.clone(), &arm.overrides)?;
    }
    let question = Question { most: climb.most, within: climb.within, load: climb.what() };
    let mut searched = Searched { id: new_id(), question, plans: Vec::new(), interrupted: false };
    let mut rounds = Rounds::new(&lab, printer)?;
    if !rounds.make(&mut wanted.arms, wanted.sources.as_ref(), command).await? {
        return Ok(Searched { interrupted: true, ..searched });
    }
    keep(&lab, &searched, printer);
    printer.say(&format!("how many users of {} a plan carries: {}", wanted.app.name, climb.what()));
    let stay = Stay { holds: args.hold, closed: args.closed };
    let mut progress = Progress::new(printer, wanted.arms.len() * USUAL_RUNS, climb.lasts());
    for arm in &wanted.arms {
        let mut plan = Plan { id: &searched.id, arm, climb, stay, runs: Vec::new() };
        let whole = plan.play(&mut rounds, &mut progress).await;
        let runs = plan.runs;
        searched.plans.push((arm.label.clone(), runs));
        whole?;
        if rounds.interrupted() {
            searched.interrupted = true;
            break;
        }
    }
    Ok(searched)
}

/// A plan that users come to.
struct Plan<'s> {
    id: &'s str,
    arm: &'s AskedArm,
    climb: &'s Climb,
    stay: Stay,
    runs: Vec<Summary>,
}

impl Plan<'_> {
    /// Makes one run after the other, until what there is to know is known.
    async fn play(&mut self, rounds: &mut Rounds<'_>, progress: &mut Progress<'_>) -> Result<(), Failure> {
        loop {
            let (climb, title) = match next(&self.runs, self.climb.most, self.climb.within) {
                Due::Climb => (self.climb.clone(), "users come".to_owned()),
                Due::Stay(most) => {
                    (Climb { most, stay: Some(self.stay), ..self.climb.clone() }, format!("{most} come and stay"))
                }
                Due::Nothing => return Ok(()),
                Due::Invalid(why) => {
                    progress.line(&format!("{}: {why}", self.arm.label));
                    return Ok(());
                }
            };
            progress.begin(vec![format!("{}, {title}", self.arm.label)]);
            let made = rounds.play(vec![self.round(climb)], |at, event| progress.see(at, event)).await?;
            for summary in made {
                progress.end(0, &summary, 1);
                // A run that was broken off says nothing about its plan.
                if summary.finish != Some(Finish::Interrupted) {
                    self.runs.push(summary);
                }
            }
            if rounds.interrupted() {
                return Ok(());
            }
        }
    }

    fn round(&self, climb: Climb) -> Round {
        let number = u32::try_from(self.runs.len()).unwrap_or(u32::MAX).saturating_add(1);
        let arm = self.arm;
        Round {
            profile: Arc::clone(&arm.profile),
            app: arm.app.clone(),
            overrides: arm.overrides.clone(),
            script: Script::Climb(Arc::new(climb)),
            until: Until::FirstFall,
            part: Part {
                of: self.id.to_owned(),
                arm: arm.label.clone(),
                round: number,
                platform_delay: arm.platform_delay(),
            },
        }
    }
}

/// Without its question, a search cannot be shown again.
fn keep(lab: &Lab<'_>, searched: &Searched, printer: &Printer) {
    let Some(path) = lab.record() else { return };
    let kept = Store::open(path).and_then(|mut store| store.keep_question(&searched.id, &searched.question));
    if let Err(error) = kept {
        printer.warn(&format!("the question is not recorded: {error}"));
    }
}
