//! `emu compare`: the same work on several plans, or recorded runs side by side.
//!
//! [`settings`] turns what was typed into arms, [`play`] makes the runs, [`recorded`] reads them
//! back, and [`show`] prints what `compare` makes of them.

mod args;
mod play;
mod progress;
mod recorded;
mod settings;
mod show;

pub use args::CompareArgs;
pub(super) use progress::Progress;
pub(super) use recorded::recall;
pub(super) use settings::{Arms, Asked as Typed, AskedArm, Wanted, budget, wanted};

use tokio::runtime::Builder;

use super::engine::Kind;
use super::lab::Lab;
use super::rounds::Rounds;
use super::{Exit, Failure, Printer, Surroundings, load};
use crate::compare::{Arm, Asked, Question};
use crate::spec::Spec;
use crate::store::Store;
use crate::trial::Script;
use crate::units::{Elapsed, Memory, Millicores};
use play::{Course, Made};

/// What a comparison says of itself until its last run has ended.
const GOES_ON: &str = "it still goes on, or emu was killed before its end";

/// Compares plans, values of a variable, or recorded runs.
pub(super) fn run(args: &CompareArgs, printer: &Printer, surroundings: &Surroundings) -> Result<Exit, Failure> {
    if !args.runs.is_empty() {
        return recorded::runs(args, printer, surroundings);
    }
    if let Some(id) = &args.show {
        return recorded::again(args, id, printer, surroundings);
    }
    show::can_write(args)?;
    let Wanted { app, sources, arms, script, load, rounds, budget } =
        settings::wanted(&args.into(), surroundings, printer)?;
    let question = Question { budget, load: Some(load), ..question(args, &arms)? };
    let mut course =
        Course { id: super::header::new_id(), arms, app, sources, script, rounds, parallel: args.parallel };
    let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| no_runtime(&error))?;
    let (made, interrupted) = runtime.block_on(carry_out(args, &mut course, &question, (printer, surroundings)))?;
    let question = Question { partial: made.partial, ..question };
    let arms: Vec<Arm> = course
        .arms
        .iter()
        .zip(made.runs)
        .map(|(arm, rounds)| Arm { label: arm.label.clone(), rounds })
        .filter(|arm| !arm.rounds.is_empty())
        .collect();
    if arms.is_empty() && interrupted {
        return Ok(Exit::Interrupted);
    }
    let exit = show::show(&arms, &question, args, printer)?;
    printer.say(&format!("`emu explain {}` shows the rules and the events behind every word", course.id));
    Ok(if interrupted { Exit::Interrupted } else { exit })
}

/// Everything that can be wrong is found before the first run begins.
async fn carry_out(
    args: &CompareArgs,
    course: &mut Course,
    question: &Question,
    (printer, surroundings): (&Printer, &Surroundings),
) -> Result<(Made, bool), Failure> {
    let command = &args.subject.command;
    let kind = course.sources.as_ref().map_or(Kind::App(&course.app.image), |sources| sources.kind(command));
    let lab = Lab::open(args.subject.engine, kind, surroundings, printer).await?;
    let specs = course.arms.iter().map(|arm| fits(&lab, arm)).collect::<Result<Vec<_>, _>>()?;
    if course.parallel {
        fit_together(&lab, &specs)?;
    }
    let mut rounds = Rounds::new(&lab, printer)?;
    if !rounds.make(&mut course.arms, course.sources.as_ref(), command).await? {
        return Ok((Made { runs: Vec::new(), partial: None }, true));
    }
    let course = &*course;
    // Whoever looks before the end, or after emu was killed, must not take a part for the whole.
    keep(&lab, course, &Question { partial: Some(GOES_ON.to_owned()), ..question.clone() }, printer);
    let length = match &course.script {
        Script::Load(scenario) | Script::Users(scenario) => load::lasts(scenario),
        _ => Elapsed::ZERO,
    };
    let mut progress = Progress::new(printer, course.arms.len() * course.rounds as usize, length);
    announce(course, question, &progress, printer);
    let made = play::play(course, &mut rounds, &mut progress).await?;
    keep(&lab, course, &Question { partial: made.partial.clone(), ..question.clone() }, printer);
    Ok((made, rounds.interrupted()))
}

/// A plan that this machine cannot hold is refused by its name.
fn fits(lab: &Lab<'_>, arm: &AskedArm) -> Result<Spec, Failure> {
    lab.resolve(&arm.profile, arm.app.clone(), &arm.overrides).map_err(|failure| {
        let failure = Failure { message: format!("`{}`: {}", arm.label, failure.message), ..failure };
        if failure.exit == Exit::Engine { failure.hint("or leave this plan out") } else { failure }
    })
}

/// Plans that run at the same time must not take anything from one another.
fn fit_together(lab: &Lab<'_>, specs: &[Spec]) -> Result<(), Failure> {
    let machine = lab.machine();
    let memory = Memory::from_bytes(specs.iter().map(|spec| spec.memory.enforced().bytes()).sum());
    let cpu: u32 = specs.iter().map(|spec| spec.cpu.share.get()).sum();
    let free = machine.cpus.saturating_sub(settings::SPARE_CORES).max(1);
    if memory <= machine.memory && cpu <= free * 1_000 {
        return Ok(());
    }
    let (asked, share) = (memory.human(), Millicores::new(cpu));
    let (has, cpus) = (machine.memory.human(), Millicores::new(free * 1_000));
    Err(Failure::new(
        Exit::Engine,
        format!("side by side these plans need {asked} and {share}, this machine has {has} and {cpus} beside the load"),
    )
    .hint("leave out `--parallel`: plans then take turns, and do not disturb one another"))
}

/// Without its question, a comparison can still be put together from its runs.
fn keep(lab: &Lab<'_>, course: &Course, question: &Question, printer: &Printer) {
    let Some(path) = lab.record() else { return };
    let kept = Store::open(path).and_then(|mut store| store.keep_question(&course.id, question));
    if let Err(error) = kept {
        printer.warn(&format!("the question is not recorded: {error}"));
    }
}

fn announce(course: &Course, question: &Question, progress: &Progress, printer: &Printer) {
    let labels: Vec<&str> = course.arms.iter().map(|arm| arm.label.as_str()).collect();
    let load = question.load.as_deref().unwrap_or("no load");
    let rounds = crate::report::words::count(course.rounds.into(), "round", "rounds");
    let time = progress.left(Elapsed::ZERO).filter(|_| !course.parallel);
    let time = time.map_or_else(String::new, |time| format!("; {time}"));
    printer.say(&format!("comparing {} on {}: {load}, {rounds} of each{time}", course.app.name, labels.join(", ")));
}

fn question(args: &CompareArgs, arms: &[AskedArm]) -> Result<Question, Failure> {
    let reference = args.reference.clone();
    if let Some(reference) = &reference
        && arms.iter().all(|arm| arm.label != *reference)
    {
        let labels: Vec<String> = arms.iter().map(|arm| format!("`{}`", arm.label)).collect();
        return Err(Failure::new(
            Exit::Usage,
            format!("`--reference {reference}` is not compared, expected one of {}", labels.join(", ")),
        )
        .hint("without `--reference`, the cheapest plan on which the app lives is taken"));
    }
    Ok(Question {
        asked: if args.ab_env.is_some() { Asked::Values } else { Asked::Plans },
        reference,
        sort: args.sort.map(Into::into).unwrap_or_default(),
        busy: args.busy,
        parallel: args.parallel,
        ..Question::default()
    })
}

fn no_runtime(error: &std::io::Error) -> Failure {
    Failure::new(Exit::Mistake, format!("the runtime cannot be made: {error}"))
}
