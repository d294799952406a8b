use proptest::prelude::*;

use super::*;
use crate::units::{Memory, Money};

const MB: u64 = 1_000_000;
const TOLERANCE: Memory = Memory::from_bytes(4 * MB);

fn died() -> Probe {
    Probe::Died { need: None, request: Some("POST /search".into()) }
}

/// Plays a search against an app that survives from `edge` on, and shows a peak that depends on its limit.
fn play(range: [u64; 2], edge: u64, peak: impl Fn(u64) -> Option<u64>) -> (Found, Vec<u64>) {
    let mut search = Search::new(Memory::from_bytes(range[0]), Memory::from_bytes(range[1]), TOLERANCE);
    let mut tried = Vec::new();
    while let Some(limit) = search.next() {
        tried.push(limit.bytes());
        let lives = limit.bytes() >= edge;
        let seen = peak(limit.bytes()).map(|peak| Memory::from_bytes(peak.min(limit.bytes())));
        search.tell(limit, if lives { Probe::Survived { peak: seen } } else { died() });
    }
    (search.result(), tried)
}

fn is_found(found: &Found, edge: u64) -> bool {
    let near = |limit: Memory| limit.bytes() >= edge && limit.bytes() - edge < TOLERANCE.bytes();
    found.smallest.is_some_and(near) && found.confirmed && found.unstable.is_none() && found.given_up.is_none()
}

#[test]
fn an_app_that_needs_137_mb_is_found_in_five_probes() {
    let (found, tried) = play([8 * MB, 512 << 20], 137 * MB, |_| Some(135 * MB));
    assert!(is_found(&found, 137 * MB), "{found:?}");
    assert_eq!(tried.len(), 5, "{tried:?}");
    assert_eq!(found.died.and_then(|death| death.request).as_deref(), Some("POST /search"));
}

#[test]
fn an_app_that_dies_everywhere_and_one_that_lives_everywhere() {
    let (found, tried) = play([8 * MB, 512 * MB], 513 * MB, |_| None);
    assert_eq!((found.smallest, tried.as_slice()), (None, [512 * MB].as_slice()));
    assert_eq!(found.died.map(|death| death.limit), Some(Memory::from_bytes(512 * MB)));
    let (found, tried) = play([64 * MB, 512 * MB], MB, |_| Some(MB));
    assert_eq!((found.smallest, found.died), (Some(Memory::from_bytes(64 * MB)), None));
    assert!(found.confirmed && tried.len() <= 4, "{tried:?}");
}

#[test]
fn an_answer_that_is_not_the_same_again_is_called_unstable() {
    let mut search = Search::new(Memory::from_bytes(MB), Memory::from_bytes(20 * MB), TOLERANCE);
    let mut answers = vec![];
    while let Some(limit) = search.next() {
        // Survives the first time, dies the second time.
        let again = answers.contains(&limit);
        answers.push(limit);
        let lives = limit.bytes() > 10 * MB && !again;
        search.tell(limit, if lives { Probe::Survived { peak: None } } else { died() });
    }
    let found = search.result();
    assert_eq!(found.unstable, answers.last().copied());
    assert!(found.smallest > found.unstable, "{found:?}");
}

#[test]
fn a_run_that_says_nothing_is_made_again_and_then_given_up() {
    let mut search = Search::new(Memory::from_bytes(MB), Memory::from_bytes(64 * MB), TOLERANCE);
    let nothing = || Probe::Invalid { why: "the engine went away".into() };
    let first = search.next().unwrap();
    search.tell(first, nothing());
    search.tell(search.next().unwrap(), nothing());
    assert_eq!(search.next(), Some(first));
    search.tell(first, nothing());
    assert_eq!(search.next(), None);
    let given_up = search.result().given_up.unwrap();
    assert_eq!(given_up, "3 runs in a row say nothing: the engine went away");
}

#[test]
fn a_peak_at_the_limit_is_never_jumped_to() {
    // Whatever it is given, it fills: its peak says nothing. The next probe is the middle.
    let mut search = Search::new(Memory::from_bytes(MB), Memory::from_bytes(512 * MB), TOLERANCE);
    search.tell(Memory::from_bytes(512 * MB), Probe::Survived { peak: Some(Memory::from_bytes(508 * MB)) });
    assert_eq!(search.next(), Some(Memory::from_bytes(256 * MB)));
    let mut search = Search::new(Memory::from_bytes(MB), Memory::from_bytes(512 * MB), TOLERANCE);
    search.tell(Memory::from_bytes(512 * MB), Probe::Survived { peak: Some(Memory::from_bytes(400 * MB)) });
    assert_eq!(search.next(), Some(Memory::from_bytes(402 * MB)));
}

#[test]
fn the_cheapest_plan_has_the_need_and_a_margin() {
    let offer = |id: &str, mib, dollars: u64| Offer {
        id: id.into(),
        limit: Memory::from_mib(mib),
        price: Money::from_micros(dollars * 1_000_000),
    };
    let offers = [offer("large", 2_048, 25), offer("small", 512, 0), offer("wide", 1_024, 7), offer("same", 768, 7)];
    let ids = |need| cheapest(&offers, Memory::from_mib(need)).iter().map(|offer| offer.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(460), ["small"]);
    assert_eq!(ids(470), ["wide", "same"]);
    assert_eq!(ids(900), ["wide"]);
    assert_eq!(ids(1_000), ["large"]);
    assert!(ids(2_000).is_empty());
}

proptest! {
    /// A run shows nearly what it needs: the samples miss a little, or count a little too much.
    #[test]
    fn a_sharp_edge_near_the_peak_is_found_in_eight_probes_in_any_range(
        edge in 8 * MB..16_000 * MB,
        above in 0..16_000 * MB,
        missed in 0..24 * MB,
        too_much in any::<bool>(),
    ) {
        let peak = if too_much { edge + missed } else { edge.saturating_sub(missed) };
        let most = edge + above;
        prop_assume!(peak < most / 100 * 98);
        let (found, tried) = play([4 * MB, most], edge, |_| Some(peak));
        prop_assert!(is_found(&found, edge), "{:?} {:?}", found, tried);
        prop_assert!(tried.len() <= 8, "{:?}", tried);
    }

    #[test]
    fn a_narrow_range_takes_eight_probes_whatever_the_app_shows(
        edge in MB..200 * MB,
        above in 0..50 * MB,
        peak in prop::option::of(0..300 * MB),
    ) {
        let (found, tried) = play([MB, edge + above], edge, |_| peak);
        prop_assert!(is_found(&found, edge), "{:?} {:?}", found, tried);
        prop_assert!(tried.len() <= 8, "{:?}", tried);
    }

    #[test]
    fn a_sharp_edge_is_found_whatever_the_app_shows(
        edge in MB..16_000 * MB,
        above in 0..16_000 * MB,
        share in 0_u64..100,
        shown in 0..20_000 * MB,
    ) {
        let (found, tried) = play([MB, edge + above], edge, |limit| Some((limit / 100 * share).max(shown)));
        prop_assert!(is_found(&found, edge), "{:?} {:?}", found, tried);
        prop_assert!(tried.len() <= 22, "{:?}", tried);
    }

    /// An app that lives or dies by chance: the search ends, and never asks for what is out of its range.
    #[test]
    fn any_answers_come_to_an_end(answers in prop::collection::vec(0..4_u8, 64), most in MB..9_000 * MB, least in MB..9_000 * MB) {
        let mut search = Search::new(Memory::from_bytes(least), Memory::from_bytes(most), TOLERANCE);
        let mut probes = 0;
        for answer in answers {
            let Some(limit) = search.next() else { break };
            prop_assert!(limit.bytes() <= most && limit.bytes() >= least.min(most));
            probes += 1;
            search.tell(limit, match answer {
                0 => died(),
                1 => Probe::Survived { peak: None },
                2 => Probe::Survived { peak: Some(Memory::from_bytes(limit.bytes() / 2)) },
                _ => Probe::Invalid { why: "chance".into() },
            });
        }
        prop_assert_eq!(search.next(), None);
        prop_assert!(probes <= 24);
        let found = search.result();
        if let (Some(smallest), Some(edge)) = (found.smallest, found.died) {
            prop_assert!(smallest > edge.limit);
        }
    }
}
