//! The screens of a recorded life at its telling moments, and what holds for every screen.

use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::style::Color;

use super::model::Near;
use super::{Controls, Model, Row, Screen, draw};
use crate::event::stored::strategies::event;
use crate::event::stored::{Decoder, StoredEvent, VERSION, encode};
use crate::event::{Cache, CacheSize, Event, Gauges, InstanceId, Kind, Sample};
use crate::units::{Elapsed, Memory};

const LIFE: &str = include_str!("../../tests/fixtures/life.jsonl");

/// A whole life: boot, visits, sleep at 17.35 s, wake at 20 s, kill at 24.15 s, restart, end at 31.31 s.
fn life() -> Vec<Event> {
    let mut decoder = Decoder::new(VERSION).expect("its own version");
    let stored = LIFE.lines().skip(1).map(|line| serde_json::from_str::<StoredEvent>(line).expect("a stored event"));
    stored.map(|event| decoder.decode(&event).expect("a known event").expect("not a newer one")).collect()
}

/// The run up to a moment in milliseconds, and the screen of that moment.
fn at(millis: u64) -> (Model, Screen) {
    let now = Elapsed::from_millis(millis);
    let mut model = Model::new();
    life().iter().filter(|event| event.at <= now).for_each(|event| model.add(event));
    (model, Screen { now, ..Screen::new(Controls::Run, false) })
}

fn terminal((model, screen): &(Model, Screen), width: u16, height: u16) -> Terminal<TestBackend> {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a screen in memory");
    terminal.draw(|frame| draw(frame, model, screen)).expect("a screen in memory");
    terminal
}

fn picture(shown: &(Model, Screen), width: u16, height: u16) -> String {
    let terminal = terminal(shown, width, height);
    let buffer = terminal.backend().buffer();
    let row = |y| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>().trim_end().to_owned();
    (0..height).map(row).collect::<Vec<_>>().join("\n")
}

fn colours(shown: &(Model, Screen)) -> Vec<Color> {
    let terminal = terminal(shown, 100, 30);
    let mut found: Vec<Color> = terminal.backend().buffer().content().iter().map(|cell| cell.fg).collect();
    found.dedup();
    found
}

#[test]
fn nothing_has_happened_yet() {
    insta::assert_snapshot!(picture(&(Model::new(), Screen::new(Controls::Run, false)), 80, 20));
}

#[test]
fn serving_at_every_width() {
    let shown = at(2_200);
    for width in [60, 80, 120, 200] {
        insta::assert_snapshot!(format!("serving_{width}"), picture(&shown, width, 24));
    }
}

#[test]
fn asleep() {
    insta::assert_snapshot!(picture(&at(19_000), 80, 24));
}

#[test]
fn near_the_limit() {
    insta::assert_snapshot!(picture(&at(24_100), 80, 24));
}

#[test]
fn killed() {
    insta::assert_snapshot!(picture(&at(24_500), 80, 24));
}

#[test]
fn the_end() {
    insta::assert_snapshot!(picture(&at(31_310), 120, 30));
}

#[test]
fn the_smallest_screen_and_one_below_it() {
    insta::assert_snapshot!("smallest", picture(&at(2_200), 60, 15));
    insta::assert_snapshot!("too_small", picture(&at(2_200), 59, 12));
}

#[test]
fn help_and_a_larger_log_and_a_text_that_is_typed() {
    let (model, mut screen) = at(26_500);
    screen.help = true;
    insta::assert_snapshot!("help", picture(&(model.clone(), screen.clone()), 80, 30));
    (screen.help, screen.large_log) = (false, true);
    (screen.controls, screen.text) = (Controls::Asking, "after the upl".into());
    insta::assert_snapshot!("asking", picture(&(model, screen), 80, 30));
}

#[test]
fn users_and_caches() {
    let (mut model, screen) = at(26_500);
    let caches = vec![
        Cache { name: "st_cache_data".into(), holds: CacheSize::Bytes(Memory::from_mib(12)) },
        Cache { name: "st_session_state".into(), holds: CacheSize::Entries(3) },
    ];
    let gauges = Gauges { sockets: 4, users: Some(3), caches, ..Gauges::default() };
    model.add(&Event { seq: 90, at: screen.now, kind: Kind::Gauges(Box::new(gauges)) });
    insta::assert_snapshot!(picture(&(model, screen), 100, 24));
}

/// Apps to choose from, of which the one with this number is shown, at a moment of the life of each.
fn several(apps: usize, chosen: usize) -> (Model, Screen) {
    let lives = [2_200, 19_000, 24_500, 26_500];
    let row = |place: usize| -> Row {
        let (model, screen) = at(lives[place % lives.len()]);
        let fate = (place == 4).then_some("ended: its supervisor was killed");
        model.row(&format!("app-{place}"), screen.now, fate)
    };
    let (model, screen) = at(lives[chosen % lives.len()]);
    (model, Screen { apps: (0..apps).map(row).collect(), chosen, controls: Controls::Apps, ..screen })
}

#[test]
fn several_apps_stand_above_the_one_that_is_shown() {
    for width in [60, 80, 140] {
        insta::assert_snapshot!(format!("apps_{width}"), picture(&several(3, 1), width, 30));
    }
}

#[test]
fn of_many_apps_those_near_the_chosen_one_are_listed() {
    let shown = picture(&several(20, 4), 120, 30);
    let list: Vec<&str> = shown.lines().take_while(|line| !line.is_empty()).skip(1).collect();
    assert_eq!(list.iter().map(|row| &row[..7]).collect::<Vec<_>>(), TOP_OF_TWENTY, "{shown}");
    assert!(list[4].contains("its supervisor was killed"), "{shown}");
    let shown = picture(&several(20, 19), 120, 30);
    assert!(shown.contains("\n> app-19") && !shown.contains("app-9 "), "{shown}");
}

/// What a third of thirty rows has room for.
const TOP_OF_TWENTY: [&str; 8] =
    ["  app-0", "  app-1", "  app-2", "  app-3", "> app-4", "  app-5", "  app-6", "  app-7"];

#[test]
fn where_there_is_no_room_for_a_list_a_line_says_which_app_is_shown() {
    for (width, height) in [(60, 15), (40, 10)] {
        let shown = picture(&several(3, 1), width, height);
        assert!(shown.starts_with("> app-1, 2 of 3\n"), "{shown}");
        assert!(shown.contains("asleep for"), "{shown}");
    }
}

#[test]
fn a_start_says_how_long_it_may_take_and_who_waits_for_it() {
    let (mut model, screen) = at(500);
    let limit = model.facts.boot_limit;
    let begun = model.standing.lasted(screen.now);
    model.add(&Event {
        seq: 90,
        at: screen.now,
        kind: Kind::Gauges(Box::new(Gauges { held: 2, ..Gauges::default() })),
    });
    let left = super::view::whole_seconds(limit.since(begun));
    let shown = picture(&(model.clone(), screen.clone()), 140, 24);
    assert!(shown.contains(&format!("given up in {left} unless it serves   2 requests held")), "{shown}");
    let late = Screen { now: screen.now + limit, ..screen.clone() };
    assert!(picture(&(model.clone(), late), 140, 24).contains("about to be given up"));
    model.add(&Event { seq: 91, at: screen.now, kind: Kind::Gauges(Box::default()) });
    assert!(!picture(&(model, screen), 140, 24).contains("held"), "nobody waits any more");
}

#[test]
fn colour_is_only_where_it_is_wanted() {
    let (model, screen) = at(24_500);
    assert_eq!(colours(&(model.clone(), screen.clone())), [Color::Reset]);
    let coloured = colours(&(model, Screen { coloured: true, ..screen }));
    assert!(coloured.contains(&Color::Red) && coloured.contains(&Color::Green), "{coloured:?}");
}

fn sample(micros: u64, mib: u64) -> Event {
    let sample = Sample {
        cpu: Elapsed::from_micros(micros / 2),
        periods: micros / 100_000,
        pids: Some(3),
        ..Sample::of_need(InstanceId(1), Memory::from_mib(mib))
    };
    Event { seq: 0, at: Elapsed::from_micros(micros), kind: Kind::Sample(Box::new(sample)) }
}

#[test]
fn an_hour_of_samples_is_kept_in_bounded_memory_and_its_peak_is_not_lost() {
    let mut model = Model::new();
    for n in 0..72_000 {
        model.add(&sample(n * 50_000, if n == 31_007 { 400 } else { 100 }));
    }
    assert!(model.history.len() <= 400, "{} pieces", model.history.len());
    let columns = model.history.columns(model.at(), 80);
    let high = columns.iter().flatten().filter(|bucket| bucket.need == Memory::from_mib(400)).count();
    assert!((1..=2).contains(&high), "{high} columns show the peak");
    assert!(columns.iter().all(Option::is_some), "a hole in the chart");
}

#[test]
fn open_files_near_their_limit_are_told_until_they_are_well_below_it() {
    let (mut model, screen) = at(2_200);
    model.facts.files_most = Some(1_000);
    let mut shown = |files: Option<u32>| {
        let Kind::Sample(told) = sample(2_200_000, 100).kind else { panic!("a sample") };
        let told = Sample { open_files: files, ..*told };
        model.add(&Event { seq: 0, at: screen.now, kind: Kind::Sample(Box::new(told)) });
        picture(&(model.clone(), screen.clone()), 130, 24)
    };
    let warning = "! open files of a process near their limit: 950 of 1000";
    assert!(!shown(Some(850)).contains('!'));
    assert!(shown(Some(950)).contains(warning));
    let between = shown(None);
    assert!(between.contains(warning) && between.contains("950 of 1000 open files"), "{between}");
    assert!(shown(Some(850)).contains("! open files"));
    assert!(!shown(Some(790)).contains("! open files"));
}

proptest! {
    /// Between two changes of its mind the value has crossed the whole gap.
    #[test]
    fn a_warning_does_not_flap(values in prop::collection::vec(0.0_f64..120.0, 1..200)) {
        let (mut near, mut told, mut turned) = (Near::new(90.0, 80.0), false, None::<f64>);
        for value in values {
            let now = near.step(value);
            let holds = if now { value >= 80.0 } else { value < 90.0 };
            prop_assert!(holds, "{value} is near: {now}");
            if now != told {
                if let Some(before) = turned {
                    prop_assert!((value - before).abs() > 10.0 - f64::EPSILON, "turned at {before} and at {value}");
                }
                (told, turned) = (now, Some(value));
            }
        }
    }

    /// What is shown of a run while it goes on is shown of its record, at every moment.
    #[test]
    fn a_replay_shows_what_was_shown_live(millis in 0_u64..40_000, kinds in prop::collection::vec(event(), 0..6)) {
        let now = Elapsed::from_millis(millis);
        let invented = kinds.into_iter().map(|event| Event { at: now, ..event });
        let events: Vec<Event> = life().into_iter().filter(|event| event.at <= now).chain(invented).collect();
        let (mut live, mut replay) = (Model::new(), Model::new());
        let mut decoder = Decoder::new(VERSION).expect("its own version");
        for event in &events {
            live.add(event);
            let stored = serde_json::to_string(&encode(event)).expect("an event has a form");
            let stored: StoredEvent = serde_json::from_str(&stored).expect("a stored event");
            replay.add(&decoder.decode(&stored).expect("a known event").expect("not a newer one"));
        }
        let screen = Screen { now, ..Screen::new(Controls::Replay, false) };
        prop_assert_eq!(picture(&(live, screen.clone()), 120, 30), picture(&(replay, screen), 120, 30));
    }

    /// Any size of a terminal at any moment of a life is drawn.
    #[test]
    fn every_size_can_be_drawn(width in 1_u16..220, height in 1_u16..60, millis in 0_u64..40_000) {
        picture(&at(millis), width, height);
    }

    /// And with any number of apps to choose from, the chosen one is named.
    #[test]
    fn every_list_can_be_drawn(width in 20_u16..220, height in 2_u16..60, apps in 1_usize..30, far in 0_usize..30) {
        let shown = picture(&several(apps, far % apps), width, height);
        let name = format!("> app-{}", far % apps);
        prop_assert!(shown.lines().any(|line| line.starts_with(&name)), "{}", shown);
    }
}
