use std::collections::BTreeSet;

use super::comparison::ArmResult;
use super::facts::SeenBy;
use super::question::{Arm, Asked, Question};
use crate::event::SHELL;
use crate::profile::Range;
use crate::report::{GENERATOR_BUSY_PERCENT, RunFacts, Summary, words};
use crate::units::Elapsed;

/// What weakens a comparison as a whole, in sentences.
pub(super) fn caveats(question: &Question, arms: &[Arm], results: &[ArmResult]) -> Vec<String> {
    let partial = question.partial.as_ref().map(|why| format!("incomplete: {why}"));
    let parallel = question.parallel.then(|| "the arms ran at the same time and may have disturbed one another".into());
    let mut caveats: Vec<String> = partial.into_iter().chain(parallel).collect();
    caveats.extend(results.iter().filter_map(rounds_left_out));
    caveats.extend(unlike(question, arms));
    let door = results.iter().any(|arm| arm.facts.seen_by == Some(SeenBy::Door) && arm.facts.latency.count > 0);
    let why =
        "latencies are the front door's: emu did not send the requests, so time that they queued before is missing";
    caveats.extend(door.then(|| why.to_owned()));
    caveats.extend(busy_generator(arms));
    caveats.extend(hollow(arms));
    caveats.extend(arms.iter().filter_map(lived_on_the_bank));
    caveats.extend(floors_missing(results));
    caveats
}

fn rounds_left_out(arm: &ArmResult) -> Option<String> {
    if arm.left_out.is_empty() || arm.facts.rounds.is_empty() {
        return None;
    }
    let rounds = words::count(arm.left_out.len() as u64, "round does", "rounds do");
    let why = arm.left_out.iter().map(|left| left.evidence.sentence()).next().unwrap_or_default();
    Some(format!("`{}`: {rounds} not count: {why}", arm.label))
}

/// Something that runs have in common, or do not.
type Aspect = (&'static str, fn(&RunFacts) -> &str);

/// What else differs between the arms than what is compared.
fn unlike(question: &Question, arms: &[Arm]) -> Vec<String> {
    let differ = |of: fn(&RunFacts) -> &str| {
        let found: BTreeSet<&str> = arms.iter().flat_map(|arm| &arm.rounds).map(|round| of(&round.run)).collect();
        (found.len() > 1).then(|| found.into_iter().collect::<Vec<_>>().join(", "))
    };
    let mut aspects: Vec<Aspect> = vec![
        ("machines", |run| &run.machine),
        ("engines", |run| &run.engine),
        ("versions of emu", |run| &run.emu_version),
    ];
    if question.asked != Asked::Plans {
        aspects.push(("plans", |run| &run.plan));
    }
    let told =
        aspects.into_iter().filter_map(|(what, of)| Some(format!("the runs are of different {what}: {}", differ(of)?)));
    let warp: BTreeSet<u32> = arms.iter().flat_map(|arm| &arm.rounds).map(|round| round.run.warp).collect();
    let warped = (warp.len() > 1).then(|| "the platform's timers ran at different speeds".to_owned());
    told.chain(warped).collect()
}

/// A generator that is short of CPU measures itself.
fn busy_generator(arms: &[Arm]) -> Option<String> {
    let most = arms.iter().flat_map(|arm| &arm.rounds).filter_map(Summary::generator_percent).reduce(f64::max)?;
    (most >= GENERATOR_BUSY_PERCENT)
        .then(|| format!("sending the load took up to {most:.0} % of a core: the latencies may be the sender's own"))
}

/// Loads that did not make the app work.
fn hollow(arms: &[Arm]) -> BTreeSet<String> {
    let notices = arms.iter().flat_map(|arm| &arm.rounds).flat_map(|round| &round.notices);
    notices.filter(|notice| notice.starts_with(SHELL)).cloned().collect()
}

/// A load that was over before the bank of unused CPU time was: a longer one would meet the guaranteed share.
fn lived_on_the_bank(arm: &Arm) -> Option<String> {
    let spent = arm.rounds.iter().filter_map(|round| {
        let (cpu, usage) = (round.cpu?, round.usage?);
        let bank = cpu.bank.filter(|bank| bank.ran_dry == 0)?;
        (usage.cpu > cpu.share).then_some((usage.cpu, cpu.share, bank.cap))
    });
    let (used, share, cap) = spent.max_by_key(|(used, ..)| *used)?;
    let lasts = cap.micros().saturating_mul(1_000) / u64::from(used.get() - share.get());
    Some(format!(
        "`{}`: it used up to {used} while busy, its plan guarantees {share}: it lived on its bank of unused CPU time, \
         which lasts {} of that when it is full",
        arm.label,
        Elapsed::from_micros(lasts).human()
    ))
}

/// A plan inside a published range, whose floor was not tried.
fn floors_missing(results: &[ArmResult]) -> Vec<String> {
    let tried = |arm: &ArmResult| {
        let same = |other: &&ArmResult| {
            (&other.facts.platform, &other.facts.plan_name) == (&arm.facts.platform, &arm.facts.plan_name)
        };
        results.iter().filter(same).any(|other| other.facts.range == Range::Floor)
    };
    let above = |arm: &&ArmResult| matches!(arm.facts.range, Range::Typical | Range::Ceiling) && !tried(arm);
    let sentence = |arm: &ArmResult| {
        format!("`{}` is inside a range that its platform publishes; the floor of it was not tried", arm.label)
    };
    results.iter().filter(above).map(sentence).collect()
}
