use proptest::prelude::*;

use super::defaults::{CONNECTIONS, LONGEST, MOST_TIMES, MOST_USERS};
use super::*;
use crate::units::Elapsed;

fn model(text: &str) -> Model {
    let scenario = Scenario::short(text).unwrap_or_else(|error| panic!("{error}"));
    let [phase] = scenario.phases.as_slice() else { panic!("{text}: {scenario:?}") };
    phase.model
}

fn secs(secs: u64) -> Elapsed {
    Elapsed::from_secs(secs)
}

#[test]
fn every_short_form_is_read() {
    let open = |from, to, lasts| Model::Open { from: Rate(from), to: Rate(to), lasts };
    assert_eq!(model("20/s for 2m"), open(20.0, 20.0, secs(120)));
    assert_eq!(model("5/s to 50/s for 1 min"), open(5.0, 50.0, secs(60)));
    let closed = |users, think, lasts| Model::Closed { coming: Coming::together(users), think, lasts };
    assert_eq!(model("10 users for 1m"), closed(10, Think::NONE, secs(60)));
    let think = Think::Between { least: secs(1), most: secs(3) };
    assert_eq!(model("3 users thinking 1s to 3s for 2m"), closed(3, think, secs(120)));
    assert_eq!(model("3 users for 2m thinking 1s to 3s"), closed(3, think, secs(120)));
    assert_eq!(model("1 call"), Model::Each { times: 1 });
    assert_eq!(model("rest for 30s"), Model::Rest { lasts: secs(30) });
    for form in FORMS {
        model(form);
    }
}

#[test]
fn a_path_may_stand_behind_every_form_that_sends() {
    let scenario = Scenario::short("20/s for 2m /search?q=tea; 2 calls /a then 1 user for 1s").unwrap();
    let paths: Vec<&str> = scenario.phases.iter().map(|phase| phase.calls[0].path.as_str()).collect();
    assert_eq!(paths, ["/search?q=tea", "/a", "/"]);
}

#[test]
fn phases_without_a_name_are_named_by_what_they_do_and_never_twice() {
    let text = "rest for 1s; 1/s for 1s; 2/s for 1s then 1/s to 2/s for 1s; 1 user for 1s; 1 call; rest for 1s";
    let scenario = Scenario::short(text).unwrap();
    let names: Vec<&str> = scenario.phases.iter().map(|phase| phase.name.as_str()).collect();
    assert_eq!(names, ["rest", "load", "load 2", "ramp", "users", "calls", "rest 2"]);
    assert_eq!(scenario.name, text);
}

#[test]
fn the_warm_up_fits_the_first_phase_that_sends() {
    let warm_up = |text| Scenario::short(text).unwrap().warm_up;
    assert_eq!(warm_up("20/s for 2m"), secs(5));
    assert_eq!(warm_up("20/s for 2s"), secs(2));
    assert_eq!(warm_up("rest for 30s; 20/s for 2m"), Elapsed::ZERO);
    assert_eq!(warm_up("1 call; 20/s for 2m"), Elapsed::ZERO);
    assert_eq!(warm_up("rest for 1m"), Elapsed::ZERO);
}

#[test]
fn every_user_has_a_connection() {
    assert_eq!(Scenario::short("20/s for 2m").unwrap().connections, CONNECTIONS);
    assert_eq!(Scenario::short("2000 users for 2m").unwrap().connections, 2000);
}

#[test]
fn what_is_no_load_is_refused_with_the_place_and_the_forms() {
    let cases = [
        ("", "`` is no load: found nothing, expected a load such as `20/s for 2m`"),
        ("20/s for 2m;", "`` is no load: found nothing"),
        ("then 1 call", "`` is no load: found nothing"),
        ("fast", "found `fast`, expected a rate such as `20/s`, `10 users`, `1 call` or `rest`"),
        ("20/s", "found no duration, expected one, as in `20/s for 2m`"),
        ("1 call; 20/s /x", "`20/s /x` is no load: found no duration"),
        ("20/s for", "found ``, expected a duration"),
        ("20/s for ever", "found `ever`, expected a duration"),
        ("20/s for 0s", "found `0s`, expected more than 0 s"),
        ("20/s for 8d", "found `8d`, expected more than 0 s and at most 7 d"),
        ("20/s for 1m for 2m", "found `for` twice"),
        ("0/s for 1m", "found `0/s`, expected a rate above `0/s`"),
        ("2000000/s for 1m", "found `2000000/s`, expected a rate above `0/s` and of at most `1000000/s`"),
        ("5/s to x for 1m", "found `x`, expected a rate such as"),
        ("20/s over 1m for 1m", "found `over`, expected it behind a number of users"),
        ("0 to 50 users for 1m", "found `0 to 50`, expected how long that takes: `0 to 50 users over 5m`"),
        ("x to 50 users over 1m", "found `x`, expected a number of users"),
        ("50 users over 2m for 1m", "found `over 2 min`, expected at most what stands behind `for`, 1 min"),
        ("20/s thinking 1s for 1m", "found `thinking`, expected it behind a number of users"),
        ("users for 1m", "found ``, expected a number of users from 1 to 10000"),
        ("0 users for 1m", "found `0`, expected a number of users"),
        ("many users for 1m", "found `many`, expected a number of users"),
        ("3 users thinking 3s to 1s for 1m", "found `3s to 1s`, expected a pause"),
        ("3 users thinking 30d for 1m", "found `30d`, expected at most 7 d"),
        ("3 users", "found no duration, expected one, as in `3 users for 2m`"),
        ("0 calls", "found `0`, expected a number of calls"),
        ("1 call for 1m", "found `for` behind a number of calls"),
        ("rest", "found no duration"),
        ("2 rest for 1s", "found `2 rest`, expected a rate"),
        ("rest for 1s /x", "found `/x`, expected no path: nothing is sent"),
        ("20/s for 2m search", "found `2m search`, expected a duration"),
        ("1/h for 1m", "found less than one request in 1 min, expected a higher rate, or a longer phase"),
        ("20/s for 2m /a#b", "found `/a#b`, expected a path"),
    ];
    for (text, expected) in cases {
        let error = Scenario::short(text).unwrap_err();
        assert!(error.to_string().contains(expected), "{text}: {error}");
        assert!(FORMS.iter().all(|form| error.hint().contains(form)), "{}", error.hint());
    }
}

#[test]
fn a_phase_says_what_it_does() {
    let what = |text: &str| Scenario::short(text).unwrap().phases[0].what();
    assert_eq!(what("20/s for 2m"), "20 requests per second for 2 min");
    assert_eq!(what("1/s for 90s"), "1 request per second for 90 s");
    assert_eq!(what("20/min for 2m"), "20 requests per minute for 2 min");
    assert_eq!(what("5/s to 50/s for 1m /a"), "5 to 50 requests per second over 1 min: GET /a");
    assert_eq!(what("1 user for 1m"), "1 user for 1 min");
    assert_eq!(what("3 users thinking 1s to 3s for 2m"), "3 users thinking 1 s to 3 s for 2 min");
    assert_eq!(what("1 call /a"), "1 request: GET /a");
    assert_eq!(what("7 calls"), "7 requests, one after the other");
    assert_eq!(what("rest for 30s"), "nothing for 30 s");
}

#[test]
fn users_may_come_over_some_time() {
    let rising = |text: &str| match Scenario::short(text).unwrap().phases[0].model {
        Model::Closed { coming, lasts, .. } | Model::Sessions { coming, lasts, .. } => match coming {
            Coming::Number { from, users, over } => (from, users, over, lasts),
            other @ Coming::Strangers { .. } => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    let (five, ten) = (Elapsed::from_secs(300), Elapsed::from_secs(600));
    assert_eq!(rising("0 to 50 users over 5m"), (0, 50, five, five));
    assert_eq!(rising("from 0 to 50 streamlit users over 5m thinking 2s for 10m"), (0, 50, five, ten));
    assert_eq!(rising("50 users over 5m for 10m"), (0, 50, five, ten));
}

#[test]
fn users_become_more_or_fewer_from_where_they_began() {
    let over = secs(300);
    let closed =
        |from, users| Model::Closed { coming: Coming::Number { from, users, over }, think: Think::NONE, lasts: over };
    assert_eq!(model("10 to 50 users over 5m"), closed(10, 50));
    assert_eq!(model("from 50 to 10 users over 5m"), closed(50, 10));
    let what = Scenario::short("10 to 50 users over 5m for 10m").unwrap().phases[0].what();
    assert_eq!(what, "10 to 50 users over 5 min for 10 min");
}

#[test]
fn strangers_come_at_a_rate_and_stay_for_a_while() {
    let rate = |per_minute: f64| Rate(per_minute / 60.0);
    let stay = Think::Between { least: secs(60), most: secs(240) };
    let coming = Coming::Strangers { from: rate(5.0), to: rate(5.0), stay };
    let think = Think::always(secs(2));
    let text = "5 streamlit users/min staying 1m to 4m thinking 2s for 10m /orders";
    assert_eq!(model(text), Model::Sessions { coming, think, lasts: secs(600) });
    let what = Scenario::short(text).unwrap().phases[0].what();
    assert_eq!(what, "5 Streamlit users per minute, each for 1 min to 4 min, thinking 2 s for 10 min: GET /orders");
    let coming = Coming::Strangers { from: rate(1.0), to: rate(6.0), stay: Think::always(secs(30)) };
    assert_eq!(
        model("1 to 6 users/min staying 30s for 10m"),
        Model::Closed { coming, think: Think::NONE, lasts: secs(600) }
    );
    let refused = |text: &str| Scenario::short(text).unwrap_err().to_string();
    for (text, words) in [
        ("5 users/min for 10m", "found no length of a stay, expected one: `5 users/min staying 2m`"),
        ("5 users staying 1m for 10m", "found `staying`, expected it behind users who come by the clock"),
        ("5/min staying 1m for 10m", "found `staying`"),
        ("5 users/min staying 1m over 2m for 10m", "found `over`, expected two rates"),
        ("1 user/h staying 1m for 10m", "less than one user in 10 min"),
        ("1000 users/s staying 1m for 10m", "found 600000 users, expected at most 100000 in all"),
        ("x users/min staying 1m for 10m", "`x/min`"),
        ("10 to 50 users for 10m", "how long that takes"),
    ] {
        assert!(refused(text).contains(words), "{text}: {}", refused(text));
    }
}

#[test]
fn users_may_come_in_tabs() {
    let tabs = Scenario::short("3 users thinking 2s for 1m /orders then rest for 5s").unwrap().in_tabs();
    assert_eq!(tabs.phases[0].model, Scenario::short("3 streamlit users thinking 2s for 1m").unwrap().phases[0].model);
    assert_eq!((tabs.warm_up, tabs.phases[0].calls[0].path.as_str()), (Elapsed::ZERO, "/orders"));
}

#[test]
fn many_requests_are_named_as_far_as_there_is_room() {
    let mut phase = Scenario::short("2 calls").unwrap().phases.remove(0);
    phase.calls = ["/a", "/b", "/c"].map(Call::get).to_vec();
    assert_eq!(phase.what(), "3 requests, 2 times each: GET /a, GET /b, GET /c");
    phase.calls.push(Call::get("/d"));
    assert_eq!(phase.what(), "4 requests, 2 times each: GET /a, GET /b and 2 more");
}

fn lengths() -> impl Strategy<Value = Elapsed> {
    (1..=LONGEST.micros()).prop_map(Elapsed::from_micros)
}

fn rates() -> impl Strategy<Value = Rate> {
    prop_oneof![1..=1_000_000_u32, 1..=1000_u32].prop_map(|number| Rate(f64::from(number)))
}

fn models() -> impl Strategy<Value = Model> {
    let open = (rates(), rates(), lengths());
    let closed = (1..=MOST_USERS, lengths(), lengths(), lengths());
    prop_oneof![
        lengths().prop_map(|lasts| Model::Rest { lasts }),
        (1..=MOST_TIMES).prop_map(|times| Model::Each { times }),
        open.prop_map(|(from, to, lasts)| Model::Open { from, to, lasts }),
        closed.prop_map(|(users, one, other, lasts)| Model::Closed {
            coming: Coming::together(users),
            think: Think::Between { least: one.min(other), most: one.max(other) },
            lasts
        }),
        (1..=MOST_USERS, 1..=MOST_USERS, lengths()).prop_map(|(from, users, over)| Model::Sessions {
            coming: Coming::Number { from, users, over },
            think: Think::NONE,
            lasts: over
        }),
        (1..=100_u32, lengths()).prop_map(|(a_minute, lasts)| Model::Closed {
            coming: strangers(a_minute, lasts),
            think: Think::NONE,
            lasts: Elapsed::from_secs(600)
        }),
    ]
}

/// A model as somebody would type it.
fn typed(model: &Model) -> String {
    match model {
        Model::Rest { lasts } => format!("rest for {lasts}"),
        Model::Each { times } => format!("{times} calls"),
        Model::Steps { .. } => unreachable!("steps have no short form"),
        Model::Open { from, to, lasts } => format!("{from} to {to} for {lasts}"),
        Model::Closed { coming, think, lasts } => format!("{} thinking {think} for {lasts}", come(coming, "")),
        Model::Sessions { coming, think, lasts } => {
            format!("{} thinking {think} for {lasts}", come(coming, " streamlit"))
        }
    }
}

fn strangers(a_minute: u32, stay: Elapsed) -> Coming {
    let rate: Rate = format!("{a_minute}/min").parse().unwrap();
    Coming::Strangers { from: rate, to: rate, stay: Think::always(stay) }
}

fn come(coming: &Coming, kind: &str) -> String {
    match coming {
        Coming::Number { users, over: Elapsed::ZERO, .. } => format!("{users}{kind} users"),
        Coming::Number { from, users, over } => format!("{from} to {users}{kind} users over {over}"),
        Coming::Strangers { from, stay, .. } => {
            format!("{}{kind} users/min staying {stay}", (from.0 * 60.0).round())
        }
    }
}

/// Every number that a model holds, as it is printed.
fn numbers(model: &Model) -> Vec<String> {
    match model {
        Model::Rest { lasts } => vec![lasts.to_string()],
        Model::Each { times } => vec![times.to_string()],
        Model::Steps { steps, users } => vec![steps.to_string(), users.to_string()],
        Model::Open { from, to, lasts } => vec![from.0.to_string(), to.0.to_string(), lasts.to_string()],
        Model::Closed { coming, think, lasts } | Model::Sessions { coming, think, lasts } => {
            let coming = match coming {
                Coming::Number { from, users, over } if *over > Elapsed::ZERO => {
                    vec![from.to_string(), users.to_string(), over.to_string()]
                }
                Coming::Number { users, .. } => vec![users.to_string()],
                Coming::Strangers { stay, .. } => vec![stay.to_string()],
            };
            let think = (*think != Think::NONE).then(|| think.to_string());
            coming.into_iter().chain(think).chain([lasts.to_string()]).collect()
        }
    }
}

/// A line of a file, most of them right.
fn line() -> impl Strategy<Value = String> {
    let key = "(name|rate|users|arrivals|stay|times|rest|for|think|ramp|path|method|body|json|form|file|upload|weight|expect|\
               user|kind|send|call|inputs|click|set|open|away|page|within|headers|seed|timeout|warm_up|connections|load|profiles|budget|kills)";
    let value = "(\"streamlit\"|\"websocket\"|\"gradio\"|\"[^\"\\\\]{0,5}\"|\"[1-9]/s( to [1-9]/h)?\"|\"[0-9] to [0-9]\"|\"[1-9] (s|min)\"|\"/[a-z]?\"|\"a\"|[0-9]{1,3}|true|\
                 \\{ (status|file|holds|q) = (\"a\"|200) \\}|\\[\"[ab]\"\\])";
    let head = "\\[\\[(phase|phase.request|phase.step|user|load.phase)\\]\\]|\\[(headers|load|budget|phase|env)\\]";
    prop_oneof![6 => (key, value).prop_map(|(key, value)| format!("{key} = {value}")), 2 => head, 1 => "[a-z=\\[\"# ]{0,8}"]
}

/// What everybody who carries out a phase counts on.
fn fits(phase: &Phase) -> bool {
    let lasts = phase.model.lasts().is_none_or(|lasts| lasts > Elapsed::ZERO);
    let sends = !matches!(phase.model, Model::Rest { .. } | Model::Steps { .. });
    let sessions = matches!(phase.model, Model::Sessions { .. });
    let steps =
        matches!(phase.model, Model::Steps { steps, users } if users > 0 && steps as usize == phase.steps.len());
    let calls = phase.calls.iter().all(|call| call.weight > 0 && target::is_path(&call.path));
    lasts
        && calls
        && sends != phase.calls.is_empty()
        && (sessions || steps != phase.steps.is_empty())
        && !phase.name.is_empty()
        && !phase.what().is_empty()
}

proptest! {
    #[test]
    fn the_short_form_reads_back(models in prop::collection::vec(models(), 1..5), then: bool) {
        let typed: Vec<String> = models.iter().map(typed).collect();
        let read = Scenario::short(&typed.join(if then { " then " } else { "; " })).unwrap();
        prop_assert_eq!(read.phases.iter().map(|phase| phase.model).collect::<Vec<_>>(), models);
        let names: std::collections::BTreeSet<_> = read.phases.iter().map(|phase| &phase.name).collect();
        prop_assert_eq!(names.len(), read.phases.len());
    }

    #[test]
    fn a_sentence_holds_every_number_of_its_phase(model in models()) {
        let what = Scenario::short(&typed(&model)).unwrap().phases[0].what();
        for number in numbers(&model) {
            prop_assert!(what.contains(&number), "{} lacks {}", what, number);
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,60}") {
        let _ = Scenario::short(&text);
    }

    #[test]
    fn any_file_is_read_or_refused_with_a_problem(lines in prop::collection::vec(line(), 0..24)) {
        let text = lines.join("\n");
        let mut files = |name: &str| if name == "a" { Ok(b"content".to_vec()) } else { Err("not there".to_owned()) };
        match Scenario::parse("load.toml", &text, &mut files) {
            Ok(scenario) => prop_assert!(scenario.phases.iter().all(fits), "{:?}", scenario),
            Err(error) => prop_assert!(!error.problems.is_empty() && error.to_string().starts_with(['l', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])),
        }
        if let Err(error) = Project::parse("emu.toml", &text, &mut files) {
            prop_assert!(!error.problems.is_empty());
        }
    }

    #[test]
    fn any_words_are_read_or_refused(words in prop::collection::vec("(for|to|then|;|thinking|users?|calls?|rest|[0-9]{1,12}(/s)?|[0-9]m|/[a-z#]|é)", 0..12)) {
        if let Ok(scenario) = Scenario::short(&words.join(" ")) {
            prop_assert!(!scenario.phases.is_empty());
        }
    }
}

fn faults(text: &str) -> String {
    Scenario::parse("smoke.toml", text, &mut |_: &str| Ok(Vec::new())).unwrap_err().to_string()
}

#[test]
fn steps_say_who_does_what() {
    let text = "[headers]\naccept = \"a\"\n[[user]]\nname = \"anna\"\nheaders = { x-user = \"anna\" }\n[[phase]]\n\
                [[phase.step]]\nuser = \"anna\"\npage = \"/login\"\nform = { name = \"anna\" }\nwithin = \"2 s\"\n\
                [[phase.step]]\npath = \"/files\"\n";
    let scenario = Scenario::parse("smoke.toml", text, &mut |_: &str| Ok(Vec::new())).unwrap();
    let phase = &scenario.phases[0];
    assert_eq!(
        (phase.name.as_str(), phase.what().as_str(), scenario.warm_up),
        ("steps", "2 steps by 2 users", Elapsed::ZERO)
    );
    let [first, second] = phase.steps.as_slice() else { panic!("{phase:?}") };
    assert_eq!((first.user.as_str(), first.name.as_str()), ("anna", "the form on /login"));
    let Act::Fill(form) = &first.act else { panic!("{first:?}") };
    assert_eq!(form.headers, [("accept".into(), "a".into()), ("x-user".into(), "anna".into())]);
    assert_eq!((second.user.as_str(), second.name.as_str()), ("visitor", "GET /files"));
}

#[test]
fn what_is_wrong_with_steps_is_told_with_its_line() {
    let unknown = faults("[[user]]\nname = \"anna\"\n[[phase]]\n[[phase.step]]\nuser = \"ana\"\npath = \"/\"\n");
    assert!(
        unknown.contains("smoke.toml:5: `phase.step.user`: found `ana`, expected one of the users `anna`"),
        "{unknown}"
    );
    let both = faults("[[phase]]\n[[phase.step]]\npage = \"/a\"\npath = \"/b\"\nform = { a = 1 }\n");
    assert!(both.contains("smoke.toml:4: `phase.step.path`: found `path` beside `page`"), "{both}");
    let empty = faults("[[phase]]\n[[phase.step]]\npage = \"/a\"\n");
    assert!(empty.contains("a page and nothing to fill in"), "{empty}");
    let beside = faults("[[phase]]\npath = \"/\"\n[[phase.step]]\npath = \"/b\"\n");
    assert!(beside.contains("smoke.toml:2: `phase.path`: found `path` beside `step`"), "{beside}");
    let paced = faults("[[phase]]\nrate = \"1/s\"\nfor = \"1 s\"\n[[phase.step]]\npath = \"/b\"\n");
    assert!(paced.contains("`step` beside `rate`"), "{paced}");
}
