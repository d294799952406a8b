use super::super::comparison::{Against, ArmResult};
use super::super::verdict::{RULES, Verdict};
use super::super::{Asked, BAND_PERCENT, Comparison, Difference, Finding, Firmness, Metric, Scale, Word, confidence};
use super::cells::{Cell, NONE, thing};
use crate::report::{Column, Section, Table, percentiles_need, words};

/// How much room a table has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// 100 columns: what belongs together in a few short tables.
    Page,
    /// As wide as it gets: one row holds everything.
    Wide,
}

const SPEED: &[Cell] =
    &[Cell::Label, Cell::Price, Cell::ColdStart, Cell::P50, Cell::P95, Cell::P99, Cell::Errors, Cell::Verdict];
const ROOM: &[Cell] = &[
    Cell::Label,
    Cell::Memory,
    Cell::Cpu,
    Cell::Need,
    Cell::OfLimit,
    Cell::AtStart,
    Cell::Throttled,
    Cell::Kills,
    Cell::Sleeps,
];
/// How wide the columns of arms may be together, beside the names of the metrics.
const BESIDE: usize = 86;
/// An interval of a factor longer than this part of the factor is told by its ends.
const WIDE: f64 = 0.5;
/// The widest cell of them: `0.024 ± 0.003 times`.
const CELL: usize = 20;
const LOAD: &[Cell] = &[Cell::Label, Cell::Requests, Cell::Asked, Cell::Achieved, Cell::Causes];

/// A comparison for people: the rules, the tables, what differs, the verdicts and the advice.
pub fn sections(comparison: &Comparison, width: Width) -> Vec<Section> {
    let mut sections = vec![heading(comparison), rules()];
    sections.extend(figures(comparison, width));
    sections.extend(differing(comparison));
    sections.extend(super::phases::phases(comparison));
    sections.push(verdicts(comparison));
    sections.extend(prices(comparison));
    sections.extend(advice(comparison));
    sections
}

fn heading(comparison: &Comparison) -> Section {
    let arms = &comparison.arms;
    let things = words::count(arms.len() as u64, thing(comparison), &format!("{}s", thing(comparison)));
    let app = arms.iter().map(|arm| arm.facts.app.as_str()).find(|app| !app.is_empty()).unwrap_or(NONE);
    let rounds: Vec<usize> = arms.iter().map(|arm| arm.facts.rounds.len()).collect();
    let (least, most) = (rounds.iter().min().copied().unwrap_or(0), rounds.iter().max().copied().unwrap_or(0));
    let each =
        if least == most { words::count(most as u64, "round", "rounds") } else { format!("{least} to {most} rounds") };
    let load = comparison.question.load.as_ref().map(|load| format!("load: {load}"));
    let title = if comparison.question.asked == Asked::Runs {
        format!("{app}: {things}")
    } else {
        format!("{app} on {things}, {each} each")
    };
    Section::new(title).lines(load).line(noise(comparison)).lines(comparison.caveats.iter().cloned())
}

/// What the machine's own noise is, in one sentence.
fn noise(comparison: &Comparison) -> String {
    if comparison.noise.is_empty() {
        return "noise of this machine: not known, because nothing was measured twice".into();
    }
    let one = |metric: Metric, spread: f64| {
        let unit = if metric.scale() == Scale::Times { "%" } else { "points" };
        format!("{} {spread:.1} {unit}", metric.name())
    };
    let seen = comparison.noise.iter().filter(|noise| noise.spread >= 0.05);
    let mut all: Vec<String> = seen.map(|noise| one(noise.metric, noise.spread)).collect();
    if all.is_empty() {
        all.push("under 0.1 % in everything".into());
    }
    let thing = thing(comparison);
    format!("noise of this machine, between rounds of the same {thing}: {} (standard deviation)", all.join(", "))
}

/// The rules, one line for each word.
fn rules() -> Section {
    let line = |word: Word| {
        let when: Vec<&str> = RULES.iter().filter(|rule| rule.word == word).map(|rule| rule.when).collect();
        format!("{}: {}", word.text(), when.join("; "))
    };
    let words = [Word::Fits, Word::Tight, Word::NotDependable, Word::TooSmall, Word::Invalid];
    Section::new("Verdicts: from the bottom up, the first line that holds").lines(words.into_iter().map(line))
}

fn figures(comparison: &Comparison, width: Width) -> Vec<Section> {
    if width == Width::Wide {
        let all = Section::new("Figures").table(table(comparison, Cell::ALL));
        return vec![all.lines(speed_legend(comparison)).lines(room_legend(comparison))];
    }
    let speed = Section::new("Speed").table(table(comparison, SPEED)).lines(speed_legend(comparison));
    let room = Section::new("Memory and CPU").table(table(comparison, ROOM)).lines(room_legend(comparison));
    let loaded = comparison.arms.iter().any(|arm| arm.facts.errors.of > 0);
    let load = loaded.then(|| Section::new("Load").table(table(comparison, LOAD)));
    [speed, room].into_iter().chain(load).collect()
}

pub(super) fn table(comparison: &Comparison, cells: &[Cell]) -> Table {
    let columns = cells.iter().map(|cell| cell.column(comparison)).collect();
    let row = |arm: &ArmResult| cells.iter().map(|cell| cell.text(arm)).collect();
    Table { columns, rows: comparison.arms.iter().map(row).collect() }
}

/// Only what the table needs.
pub(super) fn speed_legend(comparison: &Comparison) -> Vec<String> {
    let cold = || comparison.arms.iter().flat_map(|arm| &arm.facts.rounds).filter_map(|round| round.cold);
    let latency = |arm: &ArmResult| arm.facts.latency;
    let thin = comparison.arms.iter().map(latency).any(|latency| latency.p99.is_none());
    let lines = [
        cold()
            .next()
            .map(|_| "cold start: the platform's own delay and the app's boot, without the engine of this machine"),
        cold()
            .any(|cold| cold.added)
            .then_some("+ : the platform's delay was not waited out, but added from the profile"),
        cold()
            .any(|cold| !cold.sleeps)
            .then_some("b : the plan never sleeps; this is the boot alone, which a new version needs"),
    ];
    let few = thin.then(|| format!("– : not measured, or too few requests ({})", percentiles_need()));
    lines.into_iter().flatten().map(str::to_owned).chain(few).collect()
}

/// Only what the table needs.
pub(super) fn room_legend(comparison: &Comparison) -> Vec<String> {
    let at_limit = comparison.arms.iter().any(|arm| arm.facts.at_limit);
    let lines = [
        Some("at start: the peak need until the first healthy answer, a bound of its own"),
        at_limit.then_some("≥ : the need stood where the plan kills: the app may want more"),
    ];
    lines.into_iter().flatten().map(str::to_owned).collect()
}

/// What differs from the reference, and what cannot be told.
fn differing(comparison: &Comparison) -> Option<Section> {
    if comparison.differences.iter().all(|against| measured(against) == 0) {
        return None;
    }
    let title = format!("Against `{}`", comparison.reference);
    if let [only] = comparison.differences.as_slice() {
        return Some(Section::new(title).table(pair(comparison, only)).lines(method(comparison)));
    }
    // With one run each, every cell would say the same.
    if comparison.differences.iter().flat_map(|against| &against.differences).all(|one| one.low.is_none()) {
        return Some(Section::new(title).lines(method(comparison)));
    }
    let tables = comparison.differences.chunks(side_by_side(comparison)).map(several);
    Some(tables.fold(Section::new(title), Section::table).lines(method(comparison)))
}

/// How the words about differences come about, where there are any.
fn method(comparison: &Comparison) -> Option<String> {
    let intervals = comparison.differences.iter().flat_map(|against| &against.differences);
    let shown = comparison.differences.iter().map(measured).max().unwrap_or(0);
    if intervals.clone().all(|one| one.low.is_none()) {
        let thin = intervals.clone().any(|one| one.by.is_some());
        return thin.then(|| "too few runs: what differs cannot be told from noise; 3 of each would do".to_owned());
    }
    let sure = confidence(shown) * 100.0;
    Some(format!(
        "± or `to`: the interval that holds the true value in {sure:.1} of 100 cases; the same {} twice is said to \
         differ at most once in twenty",
        thing(comparison)
    ))
}

fn measured(against: &Against) -> usize {
    against.differences.iter().filter(|one| one.finding != Finding::Unmeasured).count()
}

/// Two arms: every metric in a row.
fn pair(comparison: &Comparison, against: &Against) -> Table {
    let side = |label: &str| comparison.arms.iter().find(|arm| arm.label == label);
    let value = |arm: Option<&ArmResult>, metric: Metric| {
        arm.and_then(|arm| arm.facts.median(metric)).map_or_else(|| NONE.to_owned(), |value| metric.human(value))
    };
    let row = |one: &Difference| {
        let (base, other) = (side(&comparison.reference), side(&against.label));
        let metric = one.metric;
        vec![metric.name().to_owned(), value(base, metric), value(other, metric), amount(one), finding(one)]
    };
    let columns = vec![
        Column::words("middle of the rounds"),
        Column::numbers(comparison.reference.clone()),
        Column::numbers(against.label.clone()),
        Column::words("difference"),
        Column::words(""),
    ];
    let shown = against.differences.iter().filter(|one| one.finding != Finding::Unmeasured);
    Table { columns, rows: shown.map(row).collect() }
}

/// `1.23 ± 0.04 times`, `0.48 to 1.72 times`, `−12.0 ± 3.1 points`.
pub(super) fn amount(one: &Difference) -> String {
    let Some(by) = one.by else { return NONE.to_owned() };
    // An interval from too few rounds may reach from nothing to anything.
    let give = one.give_or_take().filter(|_| one.finding != Finding::Thin);
    match one.scale {
        Scale::Times => {
            let digits = if by >= 0.1 { 2 } else { 3 };
            // A factor's interval is longer above than below; a wide one is told by its ends.
            let ends = one.low.zip(one.high).filter(|(low, high)| give.is_some() && high - low > by * WIDE);
            if let Some((low, high)) = ends {
                return format!("{low:.digits$} to {high:.digits$} times");
            }
            format!("{by:.digits$}{} times", give.map(|give| format!(" ± {give:.digits$}")).unwrap_or_default())
        }
        Scale::Points => format!("{by:+.1}{} points", give.map(|give| format!(" ± {give:.1}")).unwrap_or_default()),
    }
}

pub(super) fn finding(one: &Difference) -> String {
    match one.finding {
        Finding::Differs if one.is_better() => "better".into(),
        Finding::Differs => "worse".into(),
        Finding::NoRealDifference => "no real difference".into(),
        Finding::Tie => "a tie".into(),
        Finding::Thin if one.low.is_none() => "too few runs".into(),
        Finding::Thin => match one.rounds_needed {
            Some(rounds) => format!("too few rounds to tell; {rounds} would do"),
            None => "too noisy to tell, even with 50 rounds".into(),
        },
        Finding::Unmeasured => "not measured".into(),
    }
}

/// How many arms stand beside each other.
fn side_by_side(comparison: &Comparison) -> usize {
    let longest = comparison.differences.iter().map(|against| against.label.chars().count()).max().unwrap_or(0);
    (BESIDE / (longest.max(CELL) + 2)).max(1)
}

/// More arms than two: a column for each.
fn several(arms: &[Against]) -> Table {
    let mut columns = vec![Column::words("")];
    columns.extend(arms.iter().map(|against| Column::words(against.label.clone())));
    let find = |against: &Against, metric: Metric| {
        against
            .differences
            .iter()
            .find(|one| one.metric == metric)
            .filter(|one| one.finding != Finding::Unmeasured)
            .copied()
    };
    let shown = Metric::ALL.iter().filter(|metric| arms.iter().any(|against| find(against, **metric).is_some()));
    let row = |metric: &Metric| {
        let cells =
            arms.iter().map(|against| find(against, *metric).map_or_else(|| NONE.to_owned(), |one| short(&one)));
        std::iter::once(metric.name().to_owned()).chain(cells).collect()
    };
    Table { columns, rows: shown.map(row).collect() }
}

/// The difference where there is one, else why there is none.
fn short(one: &Difference) -> String {
    match (one.finding, one.rounds_needed) {
        (Finding::Differs, _) => amount(one),
        (Finding::Thin, Some(rounds)) => format!("{rounds} rounds needed"),
        (Finding::Thin, None) => "too noisy".into(),
        _ => finding(one),
    }
}

fn verdicts(comparison: &Comparison) -> Section {
    let line = |arm: &ArmResult| format!("`{}` {}", arm.label, verdict(&arm.verdict));
    let section = Section::new("Why").lines(comparison.arms.iter().map(line));
    let near = comparison.arms.iter().any(|arm| arm.verdict.firmness == Firmness::WithinBand);
    let band = format!(
        "memory is firm; speed is this machine's: with cores {BAND_PERCENT} % quicker or slower, a word with `may differ` might be another one"
    );
    section.lines(near.then_some(band))
}

/// `is tight: peak need 490.0 MiB, at most 460.8 MiB for a margin of 10 % (rule margin; memory.limit: official)`
pub(super) fn verdict(verdict: &Verdict) -> String {
    let weakest =
        verdict.weakest.as_ref().map(|weakest| format!("; {}: {}", weakest.setting, weakest.confidence.name()));
    let near = if verdict.firmness == Firmness::WithinBand { "; may differ" } else { "" };
    let Verdict { word, rule, because, .. } = verdict;
    let weakest = weakest.unwrap_or_default();
    let verb = if *word == Word::Fits { "" } else { "is " };
    let colon = if because.is_empty() { "" } else { ": " };
    format!("{verb}{}{colon}{because} (rule {rule}{near}{weakest})", word.text())
}

/// How prices by use come about.
fn prices(comparison: &Comparison) -> Option<Section> {
    let line = |arm: &ArmResult| Some(format!("`{}`: {}", arm.label, arm.facts.price.by_use()?));
    let lines: Vec<String> = comparison.arms.iter().filter_map(line).collect();
    (!lines.is_empty()).then(|| Section::new("Prices by use").lines(lines))
}

fn advice(comparison: &Comparison) -> Option<Section> {
    let sentences = &comparison.advice.sentences;
    (!sentences.is_empty()).then(|| Section::new("Advice").lines(sentences.iter().cloned()))
}
