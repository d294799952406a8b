use super::story::{self, Story, app, held, life, platform};
use super::*;
use crate::event::stored::{Decoder, VERSION, encode};
use crate::event::{Event, ExitCause, Finish, InstanceId, Kind, RequestId, STOPPING, State, Why};
use crate::profile::Cause;
use crate::units::{Elapsed, Memory};

fn fold(events: &[Event]) -> Summary {
    let mut fold = Fold::new();
    for event in events {
        fold.add(event);
    }
    fold.summary()
}

fn lines(events: &[Event], detail: Detail) -> String {
    let mut lines = Lines::new(detail);
    let told: Vec<String> = events.iter().flat_map(|event| lines.add(event)).map(|line| line.to_string()).collect();
    told.join("\n")
}

fn printed(summary: &Summary) -> String {
    summary.to_string()
}

#[test]
fn a_whole_life_in_a_summary() {
    insta::assert_snapshot!(printed(&fold(&life())), @r###"
    mimic on Example Free
      run 20260102-1000-aaaa (before), begun 2026-01-02T10:00:00+00:00, 31.3 s long: completed
      profile example, by fake 1.0 (API 1.41) on linux/amd64, emu 0.1.0
      the plan's promises: 1 kept, 1 approximated, 1 not kept

    Start
                   at  platform  engine  to port  to ready  total  throttled
      first    5.0 ms    200 ms  100 ms   750 ms     50 ms  1.1 s     50.0 %
      restart  25.1 s    200 ms  100 ms   750 ms     50 ms  1.1 s     50.0 %
      throttled: periods of the boot in which the app ran out of its CPU share

    States
      asleep     1 time   2.6 s   8.5 %
      starting  3 times   3.3 s  10.5 %
      serving   3 times  23.7 s  76.0 %
      stopping  2 times  550 ms   1.8 %
      backoff    1 time   1.0 s   3.2 %
      the process ended: out of memory 1 time, stopped 2 times

    Memory
      limit         512 MiB
      peak need     511.0 MiB  99.8 % of the limit  at 24.1 s, instance #2
      until ready   90.0 MiB   17.6 % of the limit  at 905 ms, instance #1
      after ready   511.0 MiB  99.8 % of the limit  at 24.1 s, instance #2
      of it shared  4.0 MiB    0.8 % of the limit
      the need stood at the limit: the app may want more than the peak says
      11 samples at 1.1 Hz, from the control group, version 2

    CPU
      share       0.5 CPU
      used        1.9 s of CPU time in 26.5 s of running
      on average  0.074 CPU, 14.8 % of the share
      throttled   28.4 % of its periods (21 of 74), 1.0 s of standing still

    Requests (45)
      answered by                  requests   share
      the app, 2xx                       33  73.3 %
      the app, 5xx                        1   2.2 %
      the platform: unreachable           9  20.0 %
      the platform: broken answer         1   2.2 %
      cut off: broken answer              1   2.2 %
      1 waited at the gate, the longest 1.1 s
      the app's answers  requests   least    p50  p95  p99   most
      warm, first byte         31   10 ms  23 ms    –    –  38 ms
      warm, whole              31   11 ms  24 ms    –    –  39 ms
      cold, first byte          3  9.0 ms      –    –    –  1.1 s
      cold, whole               3   10 ms      –    –    –  1.1 s
      – : too few requests for that percentile (p50 needs 20, p95 200, p99 1000)

    Wakes (1 after 1 sleep)
          at  platform  engine  to port  to ready  total  first byte  waited  got
      20.0 s    200 ms  100 ms   750 ms     50 ms  1.1 s       24 ms   1.1 s  200, the app
      first byte: from ready to the first byte for the visitor who asked; waited, got: that visitor

    Kills (2)
      at 24.1 s: out of memory, the main process of instance #2
        needed 511.0 MiB of 512 MiB (99.8 %) in the last sample before; witnessed by the engine and the
        kernel's counter
        2 requests were open, 2 of them without a proper answer: the first `GET /`
        then backoff; visitors were let in again after 2.1 s
        visitors meanwhile: 9 unreachable
      at 28.0 s: out of memory, a child process in instance #3; the instance lives on
        needed 505.0 MiB of 512 MiB (98.6 %) in the last sample before
        visitors were let in all the time
    "###);
}

#[test]
fn a_whole_life_in_lines() {
    insta::assert_snapshot!(lines(&life(), Detail::Normal), @r###"
    [   0.00 s] run      mimic on Example Free (example)
    [   0.00 s] run      run 20260102-1000-aaaa, by fake 1.0 (API 1.41) on linux/amd64
    [   0.00 s] run      memory 512 MiB (killed and restarted there), 0.5 CPU, sleeps after 15.0 s without a visit
    [   0.00 s] kept     memory 512 MiB, no swap
    [   0.00 s] nearly   start delay: the middle of what was seen
    [   0.00 s] not kept disk size: the engine cannot limit it
    [   0.00 s] run      listening on http://127.0.0.1:8080
    [   0.01 s] state    asleep -> starting (the run begins)
    [   1.10 s] state    starting -> serving (ready)
    [   1.20 s] app      hello from the app
    [  17.10 s] platform No traffic: spinning down
    [  17.10 s] state    serving -> stopping (nobody came)
    [  17.35 s] state    stopping -> asleep (stopped)
    [  20.00 s] wake     asked for by request 31
    [  20.00 s] state    asleep -> starting (woken)
    [  21.10 s] state    starting -> serving (ready)
    [  21.12 s] request  31 GET / -> 200 in 1.1 s (held 1.1 s)
    [  24.05 s] memory   near the limit: 480.0 MiB of 512 MiB (94 %)
    [  24.14 s] request  33 GET / -> no answer in 400 ms (cut off: broken answer)
    [  24.15 s] kill     instance #2 ran out of memory and was killed; last sampled need 511.0 MiB of 512 MiB (witnesses: the engine yes, the kernel's counter 1)
    [  24.15 s] state    serving -> backoff (out of memory)
    [  24.16 s] request  34 GET / -> 502 in 300 ms (platform: broken answer)
    [  24.17 s] platform Instance exceeded its memory limit
    [  24.40 s] request  35 GET / -> 502 in 1.0 ms (platform: unreachable)
    [  24.45 s] request  36 GET / -> 502 in 1.0 ms (platform: unreachable)
    [  24.50 s] request  37 GET / -> 502 in 1.0 ms (platform: unreachable)
    [  25.15 s] request  and 6 more that failed or were held, within a second
    [  25.15 s] state    backoff -> starting (the pause is over)
    [  26.25 s] state    starting -> serving (ready)
    [  28.00 s] kill     a child process in instance #3 ran out of memory and was killed, the instance lives; last sampled need 505.0 MiB of 512 MiB
    [  28.50 s] notice   request 44 was slow
    [  29.00 s] request  45 GET / -> 500 in 20 ms
    [  31.00 s] state    serving -> stopping (the run ends)
    [  31.30 s] state    stopping -> gone (stopped)
    [  31.31 s] run      completed
    "###);
}

#[test]
fn every_line_of_a_wake_when_verbose() {
    let wake: Vec<Event> = life().into_iter().filter(|event| (17_000..21_500).contains(&event.at.millis())).collect();
    insta::assert_snapshot!(lines(&wake, Detail::Verbose), @r###"
    [  17.10 s] platform No traffic: spinning down
    [  17.10 s] state    serving -> stopping (nobody came)
    [  17.30 s] engine   instance #1 stopped, status 143
    [  17.35 s] engine   instance #1 is removed with its disk
    [  17.35 s] state    stopping -> asleep (stopped)
    [  20.00 s] wake     asked for by request 31
    [  20.00 s] state    asleep -> starting (woken)
    [  20.20 s] engine   the platform's own delay is over
    [  20.25 s] engine   instance #2 is made
    [  20.30 s] engine   the process of instance #2 runs
    [  21.05 s] engine   instance #2 accepts connections
    [  21.10 s] engine   instance #2 gave its first healthy answer
    [  21.10 s] state    starting -> serving (ready)
    [  21.12 s] request  31 GET / -> 200 in 1.1 s (held 1.1 s)
    [  21.30 s] request  32 GET / -> 200 in 12 ms
    "###);
}

#[test]
fn a_live_run_and_its_replay_print_the_same_bytes() {
    let events = life();
    let mut decoder = Decoder::new(VERSION).unwrap();
    let replayed: Vec<Event> = events.iter().map(|event| decoder.decode(&encode(event)).unwrap().unwrap()).collect();
    let mut live = Fold::new();
    for event in &events {
        live.add(event);
        // A live view looks at the summary all the time; looking changes nothing.
        live.summary();
    }
    let (live, replay) = (live.summary(), fold(&replayed));
    assert_eq!(printed(&live), printed(&replay));
    assert_eq!(serde_json::to_string(&live).unwrap(), serde_json::to_string(&replay).unwrap());
    assert_eq!(lines(&events, Detail::Verbose), lines(&replayed, Detail::Verbose));
}

#[test]
fn an_empty_run_is_told_in_one_line_for_each_part() {
    let mut story = Story::begin();
    story.at(9, Kind::Finished(Finish::EngineFailed("the engine went away".into())));
    insta::assert_snapshot!(printed(&fold(&story.0)), @r###"
    mimic on Example Free
      run 20260102-1000-aaaa (before), begun 2026-01-02T10:00:00+00:00, 9.0 ms long: the engine failed:
      the engine went away
      profile example, by fake 1.0 (API 1.41) on linux/amd64, emu 0.1.0
      the plan's promises: 1 kept, 1 approximated, 1 not kept

    Start: the app was not started

    States: none

    Memory: nothing was sampled

    CPU: nothing was sampled

    Requests: none

    Wakes: none (0 sleeps)

    Kills: none
    "###);
}

#[test]
fn an_app_that_never_served_has_its_last_words_repeated() {
    let mut story = Story::begin();
    story.state(5, State::Asleep, State::Starting, Why::Begin);
    for n in 0..14 {
        story.at(100 + n, Kind::Log { instance: InstanceId(1), stderr: true, line: format!("line {n}") });
    }
    story.exit(200, 1, (1, ExitCause::Crashed), None);
    story.state(200, State::Starting, State::Backoff, Why::Crashed);
    story.at(300, Kind::Finished(Finish::NeverServed("it crashed with status 1".into())));
    let summary = fold(&story.0);
    assert_eq!(summary.last_words, (4..14).map(|n| format!("line {n}")).collect::<Vec<_>>());
    assert!(printed(&summary).ends_with("The app never served. Its last words\n  | line 4\n  | line 5\n  | line 6\n  | line 7\n  | line 8\n  | line 9\n  | line 10\n  | line 11\n  | line 12\n  | line 13"));
    assert_eq!(fold(&life()).last_words, Vec::<String>::new());
}

#[test]
fn what_was_waited_for_after_an_interrupt_is_told_then_and_not_in_the_summary() {
    let mut story = Story::begin();
    let text = format!("{STOPPING}: SIGTERM, then up to 30 s; Ctrl-C again kills it now");
    story.at(100, Kind::Notice { text: text.clone() });
    story.at(200, Kind::Notice { text: "instance #1 was left behind".into() });
    assert_eq!(fold(&story.0).notices, ["instance #1 was left behind"]);
    assert!(lines(&story.0, Detail::Normal).contains(&text));
}

#[test]
fn every_request_is_counted_once() {
    let summary = fold(&life());
    let requests = &summary.requests;
    assert_eq!(requests.total, 45);
    let platform: u64 = requests.platform.values().sum();
    let cut: u64 = requests.cut.values().sum();
    assert_eq!(requests.by_app() + platform + requests.stand_ins + cut + requests.client_left, 45);
    assert_eq!((requests.app_2xx, requests.app_5xx, requests.failed()), (33, 1, 12));
}

#[test]
fn the_first_request_after_a_start_and_held_ones_are_cold() {
    let summary = fold(&life());
    // The first visit, the held one of the wake, and the first one after the restart.
    assert_eq!(summary.requests.cold.total.count, 3);
    assert_eq!(summary.requests.warm.total.count, 31);
    assert_eq!(summary.requests.warm.total.p50.map(|time| time.millis() / 10), Some(2));
    assert_eq!(summary.requests.warm.total.p95, None);
}

#[test]
fn the_start_peak_stands_apart_from_the_later_peak() {
    let mut story = Story::begin();
    story.state(0, State::Asleep, State::Starting, Why::Begin);
    story.at(10, Kind::Started { instance: InstanceId(1) });
    story.sample(20, 1, 300, [1, 0, 0]);
    story.at(30, Kind::Ready { instance: InstanceId(1) });
    story.sample(80, 1, 100, [1, 0, 0]);
    let memory = fold(&story.0).memory.unwrap();
    assert_eq!(memory.start_peak.map(|peak| peak.need), Some(Memory::from_mib(300)));
    assert_eq!(memory.later_peak.map(|peak| peak.need), Some(Memory::from_mib(100)));
    assert_eq!((memory.peak.need, memory.at_limit), (Memory::from_mib(300), false));
}

#[test]
fn a_need_close_below_the_limit_is_said_to_stand_at_it() {
    let at = |mib| {
        let mut story = Story::begin();
        story.sample(20, 1, mib, [1, 0, 0]);
        fold(&story.0).memory.unwrap().at_limit
    };
    assert!(!at(501));
    assert!(at(502));
}

#[test]
fn the_rate_of_sampling_leaves_out_the_time_between_instances() {
    let mut story = Story::begin();
    (0..11).for_each(|n| {
        story.sample(n * 50, 1, 10, [1, 0, 0]);
    });
    (0..11).for_each(|n| {
        story.sample(60_000 + n * 50, 2, 10, [1, 0, 0]);
    });
    assert_eq!(fold(&story.0).memory.unwrap().rate_hz, Some(20.0));
}

#[test]
fn a_wake_is_split_into_parts_that_add_up() {
    let summary = fold(&life());
    let wake = summary.wakes().next().unwrap();
    let parts = [wake.platform, wake.engine, wake.boot, wake.answer].map(Option::unwrap);
    assert_eq!(parts.map(Elapsed::millis), [200, 100, 750, 50]);
    assert_eq!(parts.into_iter().fold(Elapsed::ZERO, |sum, part| sum + part), wake.total.unwrap());
    let asker = wake.asker.unwrap();
    assert_eq!((asker.request, asker.after_ready), (RequestId(31), Some(Elapsed::from_millis(24))));
    assert_eq!(wake.boot_throttled.and_then(Throttled::percent), Some(50.0));
}

#[test]
fn a_wake_asked_for_during_the_way_to_sleep_is_counted_from_the_asking() {
    let mut story = Story::begin();
    story.state(0, State::Serving, State::Stopping, Why::Idle);
    story.at(100, Kind::WakeAsked { by: None });
    story.state(700, State::Stopping, State::Starting, Why::Wake).boot(700, 2);
    let start = fold(&story.0).starts[0].clone();
    let (platform, engine) = (start.platform.unwrap(), start.engine.unwrap());
    assert_eq!([start.at, start.wait, platform, engine].map(Elapsed::millis), [100, 600, 200, 100]);
    assert_eq!(start.total.map(Elapsed::millis), Some(1_700));
}

#[test]
fn a_wake_whose_visitor_got_a_page_has_no_first_byte_of_the_app() {
    let mut story = Story::begin();
    story.at(100, Kind::WakeAsked { by: Some(RequestId(1)) });
    story.state(100, State::Asleep, State::Starting, Why::Wake);
    story.request(102, 1, 2, platform(503, Cause::Waking));
    story.boot(100, 1);
    let summary = fold(&story.0);
    let asker = summary.starts[0].asker.unwrap();
    assert_eq!((asker.status, asker.after_ready), (Some(503), None));
}

#[test]
fn a_wake_announced_just_after_its_start_still_has_its_asker() {
    let mut story = Story::begin();
    story.state(100, State::Asleep, State::Starting, Why::Wake);
    story.at(100, Kind::WakeAsked { by: Some(RequestId(1)) });
    story.boot(100, 1);
    story.request(1_300, 1, 1_200, held(1_100));
    assert!(fold(&story.0).starts[0].asker.unwrap().after_ready.is_some());
}

#[test]
fn a_kill_tells_whom_it_hit_and_how_long_it_kept_visitors_out() {
    let summary = fold(&life());
    let main = &summary.kills[0];
    assert_eq!((main.victim, main.in_flight, main.broken), (Victim::Main, 2, 2));
    assert_eq!((main.then, main.unavailable), (Some(State::Backoff), Some(Elapsed::from_millis(2_100))));
    assert_eq!(main.meanwhile.platform.get(&Cause::Unreachable), Some(&9));
    let child = &summary.kills[1];
    assert_eq!((child.victim, child.then, child.unavailable), (Victim::Child, None, Some(Elapsed::ZERO)));
    assert!(child.meanwhile.is_empty());
}

#[test]
fn a_kill_in_a_loop_of_crashes_keeps_visitors_out_until_the_app_really_serves() {
    let mut story = Story::begin();
    story.state(0, State::Starting, State::Serving, Why::Ready);
    story.exit(1_000, 1, (137, ExitCause::OutOfMemory), None);
    story.state(1_000, State::Serving, State::Backoff, Why::OutOfMemory);
    story.state(2_000, State::Backoff, State::Starting, Why::BackoffOver);
    story.exit(2_500, 2, (137, ExitCause::KilledFromOutside), None);
    story.state(2_500, State::Starting, State::Backoff, Why::KilledFromOutside);
    story.request(2_700, 1, 1, platform(502, Cause::Unreachable));
    story.state(3_000, State::Backoff, State::Starting, Why::BackoffOver);
    story.state(4_000, State::Starting, State::Serving, Why::Ready);
    story.request(4_700, 2, 1, app(200));
    let kills = fold(&story.0).kills;
    assert_eq!(kills.iter().map(|kill| kill.unavailable.unwrap().millis()).collect::<Vec<_>>(), [3_000, 1_500]);
    assert!(kills.iter().all(|kill| kill.meanwhile.platform[&Cause::Unreachable] == 1 && kill.meanwhile.others == 0));
}

#[test]
fn missing_events_are_noticed() {
    let mut events = life();
    events.remove(20);
    let summary = fold(&events);
    assert_eq!(summary.missing, 1);
    assert!(printed(&summary).contains("the record is incomplete: 1 event is missing"));
}

#[test]
fn a_warped_run_says_so() {
    let mut events = life();
    let mut header = story::header();
    header.spec.warp = 60;
    events[0].kind = Kind::Header(Box::new(header));
    assert!(printed(&fold(&events)).contains("timers ran 60 times faster than real time"));
    assert!(lines(&events, Detail::Normal).contains("timers run 60 times faster than real time"));
}

#[test]
fn a_summary_fits_a_hundred_columns_and_numbers_stay_with_their_units_in_fewer() {
    let mut events = life();
    let mut header = story::header();
    header.name = Some("a very long name ".repeat(20));
    events[0].kind = Kind::Header(Box::new(header));
    let sections = sections(&fold(&events));
    let wide = text(&sections, 100);
    let widest = wide.lines().max_by_key(|line| line.chars().count()).unwrap();
    assert!(widest.chars().count() <= 100, "{widest}");
    let narrow = text(&sections, 60);
    assert!(narrow.contains("20.0 s    200 ms  100 ms   750 ms     50 ms  1.1 s       24 ms   1.1 s"), "{narrow}");
}

#[test]
fn a_flood_of_failures_is_told_a_few_at_a_time_and_counted() {
    let mut story = Story::begin();
    (0..500).for_each(|n| {
        story.request(1_000 + n, n, 1, platform(502, Cause::Unreachable));
    });
    story.at(2_500, Kind::Mark { text: "later".into() });
    let told = lines(&story.0[2..], Detail::Normal);
    assert_eq!(told.lines().count(), 7, "{told}");
    assert!(told.contains("[   2.50 s] request  and 495 more that failed or were held, within a second"), "{told}");
    assert_eq!(lines(&story.0[2..], Detail::Verbose).lines().count(), 501);
}

#[test]
fn a_need_that_hovers_near_the_limit_is_told_once() {
    let mut story = Story::begin();
    for (at, mib) in [(1, 450), (2, 470), (3, 440), (4, 480), (5, 300), (6, 470)] {
        story.sample(at * 100, 1, mib, [1, 0, 0]);
    }
    let told = lines(&story.0, Detail::Normal);
    assert_eq!(told.matches("near the limit").count(), 2, "{told}");
}

#[test]
fn failing_health_checks_are_told_once_and_counted_at_the_end() {
    let mut story = Story::begin();
    let instance = InstanceId(1);
    for n in 0..4 {
        story.at(100 + n, Kind::HealthFailed { instance, reason: "no answer in 5.0 s".into() });
    }
    story.at(200, Kind::HealthRecovered { instance });
    let told = lines(&story.0[2..], Detail::Normal);
    insta::assert_snapshot!(told, @r###"
    [   0.10 s] health   check of instance #1 failed: no answer in 5.0 s
    [   0.20 s] health   instance #1 answers again after 4 failures
    "###);
}

#[test]
fn the_status_shows_the_last_second() {
    let mut fold = StatusFold::new();
    life().iter().filter(|event| event.at.millis() <= 24_100).for_each(|event| fold.add(event));
    let status = fold.status();
    assert_eq!((status.state, status.since.millis()), (Some(State::Serving), 21_100));
    assert_eq!((status.need, status.requests, status.failed, status.kills), (Memory::from_mib(511), 32, 0, 0));
    // From 300 MiB at 24.0 s (900 ms of CPU, 40 periods) to 24.1 s (930 ms, 42 periods, 1 more throttled)
    // with the sample of 20.9 s as the one before the window.
    assert_eq!(status.cpu.map(crate::units::Millicores::get), Some((930 - 280) * 1_000 / 3_200));
    assert_eq!(status.throttled_percent.map(f64::round), Some(22.0));
}

#[test]
fn the_status_forgets_an_instance_that_ended() {
    let mut fold = StatusFold::new();
    life().iter().filter(|event| event.at.millis() <= 24_150).for_each(|event| fold.add(event));
    let status = fold.status();
    assert_eq!((status.instance, status.need, status.cpu, status.kills), (None, Memory::default(), None, 1));
    assert_eq!(status.peak, Memory::from_mib(511));
}

#[test]
fn a_bar_shows_something_as_soon_as_there_is_something() {
    assert_eq!([bar(0.0, 5), bar(0.1, 5), bar(60.0, 5), bar(250.0, 5)], ["-----", "#----", "###--", "#####"]);
}
