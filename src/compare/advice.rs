use serde::Serialize;

use super::comparison::ArmResult;
use super::difference::{Difference, differences};
use super::question::{Asked, Question};
use super::verdict::Word;
use super::{Finding, Metric};
use crate::profile::Range;
use crate::units::{Elapsed, Memory, Money};

/// An upgrade must make p95 quicker by at least this much, in percent, to be worth its price for that alone.
const WORTH_PERCENT: f64 = 20.0;

/// What to do about it.
#[derive(Debug, Clone, PartialEq, Serialize, Default)]
pub struct Advice {
    /// The cheapest plans on which the app lives: more than one where they cost the same.
    pub cheapest: Vec<String>,
    /// The next one up by price; `None` where there is none.
    pub next: Option<String>,
    /// Whether it is worth its price on this evidence. `None` without a next one.
    pub worth_it: Option<bool>,
    /// The same in one to three sentences. Empty where no plans are compared.
    pub sentences: Vec<String>,
}

/// For plans alone: whether a version of an app is better than another one, its differences say.
pub(super) fn advice(question: &Question, arms: &[ArmResult]) -> Advice {
    if question.asked != Asked::Plans {
        return Advice::default();
    }
    let mut lives: Vec<&ArmResult> = arms.iter().filter(|arm| arm.verdict.word.lives()).collect();
    // Nobody can buy one end of a published range: it stands for what the plan in its middle may be.
    if lives.iter().any(|arm| for_sale(arm)) {
        lives.retain(|arm| for_sale(arm));
    }
    // Among those of one price, the better verdict first.
    lives.sort_by_key(|arm| (arm.facts.price.monthly, arm.verdict.word));
    let Some(pick) = lives.first() else {
        return Advice { sentences: vec![none(arms)], ..Advice::default() };
    };
    let alike = |arm: &&&ArmResult| {
        (arm.facts.price.monthly, arm.verdict.word) == (pick.facts.price.monthly, pick.verdict.word)
    };
    let cheapest: Vec<&ArmResult> = lives.iter().filter(alike).copied().collect();
    let next = lives.iter().find(|arm| arm.facts.price.monthly > pick.facts.price.monthly);
    let upgrade = next.map(|next| Upgrade::of(pick, next));
    let mut sentences = vec![first(&cheapest, &lives)];
    sentences.extend(upgrade.iter().flat_map(Upgrade::sentences));
    Advice {
        cheapest: cheapest.iter().map(|arm| arm.label.clone()).collect(),
        next: next.map(|next| next.label.clone()),
        worth_it: upgrade.map(|upgrade| !upgrade.reasons.is_empty()),
        sentences,
    }
}

fn for_sale(arm: &ArmResult) -> bool {
    matches!(arm.facts.range, Range::Exact | Range::Typical)
}

fn first(cheapest: &[&ArmResult], lives: &[&ArmResult]) -> String {
    let names = named(cheapest);
    let (verb, cost) = if cheapest.len() > 1 { ("are", " each") } else { ("is", "") };
    let one = cheapest[0];
    let price = format!("{} a month{cost}", one.facts.price);
    if one.verdict.word == Word::Fits {
        let what = if cheapest.len() > 1 { "the cheapest plans that fit" } else { "the cheapest plan that fits" };
        return format!("{names} ({price}) {verb} {what}");
    }
    let fits = lives.iter().find(|arm| arm.verdict.word == Word::Fits);
    let then = match fits {
        Some(fits) => format!("the cheapest that fits is `{}` ({} a month)", fits.label, fits.facts.price),
        None => "none of the plans fits".to_owned(),
    };
    format!("{names} ({price}) {verb} the cheapest on which the app lives, but tight ({}); {then}", one.verdict.because)
}

/// No plan will do, and why: the largest one's reason, because the smaller ones have at least that one.
fn none(arms: &[ArmResult]) -> String {
    let tried: Vec<&ArmResult> = arms.iter().filter(|arm| arm.verdict.word != Word::Invalid).collect();
    let Some(largest) = tried.iter().max_by_key(|arm| (arm.facts.memory_limit, arm.facts.price.monthly)) else {
        return "no run says anything about any plan".to_owned();
    };
    let by_itself = tried.iter().all(|arm| matches!(arm.verdict.rule, "ended" | "never-served"));
    let hint = if by_itself { "; it fails alike on every plan, so look at the app first" } else { "" };
    let (word, because) = (largest.verdict.word.text(), &largest.verdict.because);
    format!("no plan fits; `{}`, the largest of them, is {word}: {because}{hint}", largest.label)
}

fn named(arms: &[&ArmResult]) -> String {
    let names: Vec<String> = arms.iter().map(|arm| format!("`{}`", arm.label)).collect();
    listed(&names.iter().map(String::as_str).collect::<Vec<_>>())
}

/// What the next plan up would buy.
struct Upgrade {
    label: String,
    extra: Money,
    buys: Vec<String>,
    reasons: Vec<&'static str>,
    /// Whether nothing can be said about p95.
    thin: bool,
}

impl Upgrade {
    fn of(pick: &ArmResult, next: &ArmResult) -> Self {
        let found = differences(&pick.facts, &next.facts);
        let find = |metric: Metric| found.iter().find(move |one| one.metric == metric);
        let word = (next.verdict.word < pick.verdict.word)
            .then(|| format!("`{}` in place of `{}`", next.verdict.word.text(), pick.verdict.word.text()));
        let no_sleep = (pick.facts.sleep_after.is_some() && next.facts.sleep_after.is_none()).then(|| no_sleep(pick));
        let quicker = find(Metric::P95).filter(|p95| is_worth(p95));
        let reasons = [
            word.as_ref().map(|_| "changes the verdict"),
            no_sleep
                .as_ref()
                .filter(|_| pick.facts.sleeps + pick.facts.wakes > 0)
                .map(|_| "ends cold starts that came up"),
            quicker.map(|_| "makes p95 really quicker"),
        ];
        let buys =
            [word, no_sleep, memory(pick, next), latency(find(Metric::P95)), throttling(find(Metric::Throttled))];
        let extra = next.facts.price.monthly.micros() - pick.facts.price.monthly.micros();
        Self {
            label: next.label.clone(),
            extra: Money::from_micros(extra).to_cents(),
            buys: buys.into_iter().flatten().collect(),
            reasons: reasons.into_iter().flatten().collect(),
            thin: find(Metric::P95).is_some_and(|p95| p95.finding == Finding::Thin),
        }
    }

    fn sentences(&self) -> Vec<String> {
        let Self { label, extra, buys, reasons, .. } = self;
        let buys = if buys.is_empty() { "nothing that was measured".to_owned() } else { buys.join(", ") };
        let worth = if reasons.is_empty() {
            let yet = if self.thin { "; p95 cannot be told apart with so few rounds" } else { "" };
            format!(
                "not worth it on this evidence: it neither changes the verdict, nor ends cold starts that came up, nor \
                 makes p95 quicker by {WORTH_PERCENT} % beyond noise{yet}"
            )
        } else {
            format!("worth its price on this evidence: it {}", listed(reasons))
        };
        vec![format!("the next one up, `{label}` ({extra} a month more), would buy: {buys}"), worth]
    }
}

/// `one`, `one and two`, `one, two and three`.
fn listed(parts: &[&str]) -> String {
    match parts {
        [all @ .., last] if !all.is_empty() => format!("{} and {last}", all.join(", ")),
        _ => parts.concat(),
    }
}

fn is_worth(p95: &Difference) -> bool {
    p95.is_better() && p95.by.is_some_and(|by| by <= 1.0 - WORTH_PERCENT / 100.0)
}

fn no_sleep(pick: &ArmResult) -> String {
    let cold =
        pick.facts.median(Metric::ColdStart).map(|cold| format!(" (cold start {})", Metric::ColdStart.human(cold)));
    let after = pick.facts.sleep_after.map(Elapsed::human).unwrap_or_default();
    format!("no sleep after {after}{}", cold.unwrap_or_default())
}

fn memory(pick: &ArmResult, next: &ArmResult) -> Option<String> {
    let more = next.facts.memory_limit > pick.facts.memory_limit;
    let left = |arm: &ArmResult| {
        let limit = arm.facts.memory_limit;
        arm.facts.peak.filter(|_| !arm.facts.at_limit).map(|peak| 100.0 - peak.percent_of(limit))
    };
    let margin = left(next).map(|left| format!(" ({left:.0} % left)")).unwrap_or_default();
    more.then(|| format!("{} of memory in place of {}{margin}", size(next), size(pick)))
}

fn size(arm: &ArmResult) -> Memory {
    arm.facts.memory_limit
}

fn latency(p95: Option<&Difference>) -> Option<String> {
    let p95 = p95?;
    match p95.finding {
        Finding::Differs => p95.by.map(|by| format!("p95 {by:.2} times as long")),
        Finding::Tie | Finding::NoRealDifference => Some("no real difference in p95".into()),
        Finding::Thin | Finding::Unmeasured => None,
    }
}

fn throttling(throttled: Option<&Difference>) -> Option<String> {
    let throttled = throttled.filter(|one| one.is_better())?;
    throttled.by.map(|points| format!("{:.0} percentage points fewer throttled periods", points.abs()))
}

#[cfg(test)]
mod tests {
    use crate::compare::story::Tale;
    use crate::compare::{Advice, Arm, Outcome, Question, Unmet, compare};
    use crate::event::Finish;
    use crate::profile::Range;

    const STEADY: &[f64] = &[1.0, 1.01, 0.99];

    fn advice_on(tales: &[Tale]) -> Advice {
        let arms: Vec<Arm> = tales.iter().map(|tale| tale.arm(STEADY)).collect();
        compare(&arms, &Question::default()).unwrap().advice
    }

    fn small() -> Tale {
        Tale::default()
    }

    fn large() -> Tale {
        Tale { plan: "large", dollars: 25, memory: 1_024, ..Tale::default() }
    }

    #[test]
    fn more_memory_that_nobody_needs_is_not_worth_it() {
        let advice = advice_on(&[small(), large()]);
        assert_eq!(
            (advice.cheapest.as_slice(), advice.next.as_deref()),
            (["small".to_owned()].as_slice(), Some("large"))
        );
        assert_eq!(advice.worth_it, Some(false));
        insta::assert_snapshot!(advice.sentences.join("\n"), @r###"
        `small` ($7 a month) is the cheapest plan that fits
        the next one up, `large` ($18 a month more), would buy: 1 GiB of memory in place of 512 MiB (70 % left), no real difference in p95
        not worth it on this evidence: it neither changes the verdict, nor ends cold starts that came up, nor makes p95 quicker by 20 % beyond noise
        "###);
    }

    #[test]
    fn an_upgrade_is_worth_it_for_a_better_word_no_cold_starts_or_a_quicker_p95() {
        let worth = |small: Tale, large: Tale| advice_on(&[small, large]).worth_it;
        assert_eq!(worth(Tale { need: [150, 480], ..small() }, Tale { need: [150, 480], ..large() }), Some(true));
        let sleeps = Tale { sleeps: Some(900), ..small() };
        assert_eq!(worth(sleeps.clone(), large()), Some(false), "it never slept, so nobody saw a cold start");
        assert_eq!(worth(Tale { slept: true, ..sleeps }, large()), Some(true));
        assert_eq!(worth(Tale { p50: 20.0, ..small() }, Tale { p50: 15.0, ..large() }), Some(true));
        assert_eq!(worth(Tale { p50: 20.0, ..small() }, Tale { p50: 17.0, ..large() }), Some(false), "under 20 %");
        // A fifth quicker on average, but the rounds lie so far apart that it may be chance.
        let wild = Arm { label: "large".into(), ..Tale { p50: 15.0, ..large() }.arm(&[0.6, 1.0, 1.6]) };
        let compared = compare(&[small().arm(STEADY), wild], &Question::default()).unwrap();
        assert_eq!(compared.advice.worth_it, Some(false));
        assert!(compared.advice.sentences[2].ends_with("p95 cannot be told apart with so few rounds"));
    }

    #[test]
    fn plans_of_one_price_are_named_together() {
        let advice = advice_on(&[small(), Tale { plan: "twin", ..small() }, Tale { plan: "third", ..small() }]);
        assert_eq!(advice.sentences, ["`small`, `twin` and `third` ($7 a month each) are the cheapest plans that fit"]);
        assert_eq!((advice.next, advice.worth_it), (None, None));
    }

    #[test]
    fn an_end_of_a_range_is_nothing_that_anybody_can_buy() {
        let end = |plan, range| Tale { plan, range, dollars: 0, ..small() };
        let middle = Tale { range: Range::Typical, ..small() };
        let advice = advice_on(&[middle.clone(), end("least", Range::Floor), end("most", Range::Ceiling)]);
        assert_eq!(advice.cheapest, ["small"]);
        let alone = advice_on(&[end("least", Range::Floor)]);
        assert_eq!(alone.cheapest, ["least"]);
    }

    #[test]
    fn where_no_plan_will_do_it_says_why() {
        let killed = |tale: Tale| Tale { killed: true, ..tale };
        let arms = [killed(small()).arm(STEADY), killed(large()).arm(STEADY)];
        let compared = compare(&arms, &Question::default()).unwrap();
        assert_eq!(
            compared.advice.sentences,
            [
                "no plan fits; `large`, the largest of them, is too small: killed with a need of 1023.0 MiB, killed at 1 GiB"
            ]
        );
        assert_eq!(compared.outcome, Outcome::Unmet(vec![Unmet::NoPlan]));
        let dead = Tale { finish: Some(Finish::NeverServed("it ended with status 1".into())), ..small() };
        let sentence = advice_on(&[dead]).sentences.remove(0);
        assert!(sentence.ends_with("it fails alike on every plan, so look at the app first"), "{sentence}");
    }

    #[test]
    fn too_few_rounds_are_refused_with_how_many_would_do() {
        let outcome = |factors: &[f64]| {
            let arms = [small().arm(factors), large().arm(factors)];
            compare(&arms, &Question::default()).unwrap().outcome
        };
        assert_eq!(outcome(&[1.0]), Outcome::Thin { rounds_needed: Some(3) });
        assert_eq!(outcome(&[1.0, 1.01]), Outcome::Thin { rounds_needed: Some(3) });
        assert_eq!(outcome(STEADY), Outcome::Lives);
        assert_eq!(compare(&[small().arm(&[1.0])], &Question::default()).unwrap().outcome, Outcome::Lives);
    }

    #[test]
    fn runs_that_say_nothing_are_no_answer() {
        let cut = Tale { finish: None, ..large() };
        let compared = compare(&[small().arm(STEADY), cut.arm(STEADY)], &Question::default()).unwrap();
        assert_eq!(compared.outcome, Outcome::Invalid { arms: vec!["large".into()] });
    }
}
