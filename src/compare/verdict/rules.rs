use super::{Case, Evidence, Input, Word, memory, runs, speed};
use crate::report::Summary;

/// A rule: when it holds, it gives its word.
#[derive(Debug)]
pub struct Rule {
    /// Its name, for scripts.
    pub id: &'static str,
    /// The word it gives.
    pub word: Word,
    /// When it holds, for the line above the table: `under 10 % memory margin`.
    pub when: &'static str,
    /// Why, as a sentence.
    pub why: &'static str,
    pub(super) test: Test,
}

/// What a rule looks at.
#[derive(Debug)]
pub(super) enum Test {
    /// One run: when it holds, the run does not count.
    Run(fn(&Summary) -> Option<Vec<Input>>),
    /// All runs of an arm that count, and its budget. Without evidence it does not hold.
    Arm(fn(&Case) -> Vec<Evidence>),
    /// Something else applies it: the arms of one range, or the lack of any run.
    Elsewhere,
}

const fn run(
    id: &'static str,
    when: &'static str,
    why: &'static str,
    test: fn(&Summary) -> Option<Vec<Input>>,
) -> Rule {
    Rule { id, word: Word::Invalid, when, why, test: Test::Run(test) }
}

const fn arm(
    id: &'static str,
    word: Word,
    (when, why): (&'static str, &'static str),
    test: fn(&Case) -> Vec<Evidence>,
) -> Rule {
    Rule { id, word, when, why, test: Test::Arm(test) }
}

/// What holds when nothing else does.
pub(super) const FITS: Rule = arm(
    "fits",
    Word::Fits,
    ("none of the others", "no rule speaks against it: memory has a margin, and the share of CPU was enough"),
    runs::fits,
);

/// What holds for an arm without a single run.
pub(super) const NO_RUN: Rule = Rule {
    id: "no-run",
    word: Word::Invalid,
    when: "no run",
    why: "nothing was run, or the comparison was interrupted before its first round had ended",
    test: Test::Elsewhere,
};

/// What holds for an arm whose platform promises less than it had.
pub(super) const FLOOR_FAILS: Rule = Rule {
    id: "floor-fails",
    word: Word::NotDependable,
    when: "lives with the platform's most, not with its least",
    why: "the platform publishes a range, and the app does not live at its floor: what it gets may change unannounced",
    test: Test::Elsewhere,
};

/// Every rule, in the order in which they are asked. The first one that holds gives the word.
pub const RULES: &[Rule] = &[
    run(
        "run-invalid",
        "run invalid",
        "the engine failed, or something outside killed the app: that says nothing about the plan",
        runs::invalid,
    ),
    run(
        "cut-off",
        "record incomplete",
        "events are missing, so the figures are too small; a kill that was witnessed still counts",
        runs::incomplete,
    ),
    run(
        "interrupted",
        "interrupted",
        "the run ended before its load did, so its figures are of another load; a kill that was witnessed still counts",
        runs::interrupted,
    ),
    run(
        "generator",
        "load not sent as asked",
        "the load was not what was asked for, so latencies are the sender's own; a kill that was witnessed still counts",
        runs::generator,
    ),
    arm(
        "killed",
        Word::TooSmall,
        ("killed", "memory ran out, and the kernel killed a process at the plan's limit, with a witness"),
        memory::killed,
    ),
    arm(
        "never-served",
        Word::TooSmall,
        ("failed boot", "the app gave no healthy answer within the plan's boot limit, or ended before"),
        runs::never_served,
    ),
    run(
        "check",
        "check failed",
        "the app did not answer as the scenario expects, so its figures would be those of its errors",
        runs::check,
    ),
    run(
        "wrong",
        "mostly wrong answers",
        "the app got most of its load wrong, so its figures are those of its errors; a larger plan mends none of them",
        runs::wrong,
    ),
    run(
        "no-program",
        "load program not run",
        "the program that should have driven the load could not be run, so nothing was asked of the app",
        runs::no_program,
    ),
    arm(
        "ended",
        Word::TooSmall,
        ("crashed", "the app ended by itself while it should have served; a larger plan may not change that"),
        runs::ended,
    ),
    arm(
        "budget-empty",
        Word::Invalid,
        ("budget without figures", "a line of the budget without a figure is never a pass"),
        runs::budget_empty,
    ),
    arm("budget", Word::TooSmall, ("budget broken", "a line of the budget was not kept"), runs::budget),
    arm(
        "program",
        Word::TooSmall,
        ("load program says no", "the program that drove the load ended with a status that is not 0"),
        runs::program,
    ),
    arm(
        "shortfall",
        Word::TooSmall,
        ("slower than it was asked", "requests piled up: the app cannot carry out the load on this share of CPU"),
        speed::shortfall,
    ),
    arm(
        "at-limit",
        Word::Tight,
        (
            "need at the limit",
            "the need stood where the plan kills, and nothing was killed: what the app wants is not known",
        ),
        memory::at_limit,
    ),
    arm(
        "slow-zone",
        Word::Tight,
        ("need above what is sold", "the need was above what the plan sells, where the platform makes the app slow"),
        memory::slow_zone,
    ),
    arm(
        "leak",
        Word::Tight,
        (
            "leaks to the limit within a day",
            "need grew at the same rate for as long as the load did not change: at that rate memory runs out every day",
        ),
        memory::leak,
    ),
    arm(
        "margin",
        Word::Tight,
        ("under 10 % memory margin", "a little more data, or a few more visitors, and memory runs out"),
        memory::margin,
    ),
    arm(
        "start-margin",
        Word::Tight,
        (
            "the same until ready",
            "the peak until the first healthy answer is a bound of its own: every wake and every new version meets it",
        ),
        memory::start_margin,
    ),
    arm(
        "throttled",
        Word::Tight,
        (
            "throttled in over 25 % of the CPU periods",
            "the app often stood still for want of CPU; how often depends on the speed of a core",
        ),
        speed::throttled,
    ),
    FLOOR_FAILS,
    NO_RUN,
    FITS,
];
