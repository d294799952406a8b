use proptest::prelude::*;

use super::*;
use crate::event::{InstanceId, Lost};
use crate::report::story::Story;
use crate::report::{Fold, Summary, sections, text};
use crate::units::Memory;

fn told(line: &str) -> Option<(AdviceRule, String)> {
    log::trouble(line).map(|trouble| (trouble.rule, trouble.action))
}

#[test]
fn what_a_log_says_is_missing_is_told_with_the_line_to_add() {
    use AdviceRule::{MissingCommand, MissingLibrary, MissingModule, MissingVariable, WrongVersion};
    for (line, rule, part) in [
        (
            "ModuleNotFoundError: No module named 'cv2'",
            MissingModule,
            "add `opencv-python-headless` to `requirements.txt`",
        ),
        ("ModuleNotFoundError: No module named 'sklearn'", MissingModule, "`scikit-learn`"),
        ("ModuleNotFoundError: No module named 'PIL'", MissingModule, "`pillow`"),
        ("ModuleNotFoundError: No module named 'yaml'", MissingModule, "`pyyaml`"),
        ("ModuleNotFoundError: No module named 'dotenv'", MissingModule, "`python-dotenv`"),
        ("ModuleNotFoundError: No module named 'pandas'", MissingModule, "`pandas`"),
        ("ImportError: No module named requests", MissingModule, "`requests`"),
        ("/usr/bin/python3: No module named streamlit", MissingModule, "`streamlit`"),
        ("ModuleNotFoundError: No module named 'shop.models'", MissingModule, "where `shop` is the app's own"),
        ("ModuleNotFoundError: No module named 'distutils'", MissingModule, "part of Python until 3.12"),
        ("ModuleNotFoundError: No module named 'sqlite3'", MissingModule, "a part of Python"),
        (
            "ImportError: cannot import name 'url_quote' from 'werkzeug.urls' (/x/werkzeug/urls.py)",
            WrongVersion,
            "`werkzeug==…`",
        ),
        (
            "ImportError: libGL.so.1: cannot open shared object file: No such file or directory",
            MissingLibrary,
            "`libgl1`",
        ),
        (
            "app: error while loading shared libraries: libpq.so.5: cannot open shared object file: No such file",
            MissingLibrary,
            "apt-get install -y libpq5",
        ),
        ("ImportError: libodd.so.3: cannot open shared object file: x", MissingLibrary, "apt-file search libodd.so.3"),
        ("Error: Cannot find module 'express'", MissingModule, "`npm install express`"),
        ("Error: Cannot find module '@scope/pkg/deep'", MissingModule, "`npm install @scope/pkg`"),
        ("Error: Cannot find module 'lodash/get'", MissingModule, "`npm install lodash`"),
        ("Error: Cannot find module './User'", MissingModule, "not built, not deployed"),
        ("Error: Cannot find module '/app/dist/server.js'", MissingModule, "not built"),
        (
            "Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'pg' imported from /a.mjs",
            MissingModule,
            "`npm install pg`",
        ),
        ("sh: 1: gunicorn: not found", MissingCommand, "add `gunicorn` to `requirements.txt`"),
        ("/bin/sh: 1: next: not found", MissingCommand, "`npm install next`"),
        ("bash: line 1: ffmpeg: command not found", MissingCommand, "apt-get install -y ffmpeg"),
        ("start.sh: line 3: tesseract: command not found", MissingCommand, "tesseract-ocr"),
        ("sh: 1: ./run-me: not found", MissingCommand, "correct the start command"),
        (
            "`uvicorn main:app` cannot be run in the instance: exec: \"uvicorn\": executable file not found in $PATH",
            MissingCommand,
            "add `uvicorn`",
        ),
        ("KeyError: 'DATABASE_URL'", MissingVariable, "`--env DATABASE_URL=…`"),
        ("KeyError: 'st.secrets has no key \"API_KEY\". Did you forget it?'", MissingVariable, "`API_KEY = …`"),
        ("FileNotFoundError: No secrets files found. Valid paths", MissingVariable, "`--secrets secrets.toml`"),
    ] {
        let (found, action) = told(line).unwrap_or_else(|| panic!("nothing is made of: {line}"));
        assert_eq!(found, rule, "{line}");
        assert!(action.contains(part), "{line}: {action}");
    }
}

#[test]
fn what_says_nothing_of_the_kind_is_left_alone() {
    for line in [
        "",
        "GET /missing: not found",
        "user 7: not found",
        "Cannot find module",
        "Cannot find module in the list",
        "KeyError: 'name'",
        "KeyError: 3",
        "KeyError: 'A B'",
        "no module is named here",
        "No module named ",
        "listening on 0.0.0.0:8000",
        "ImportError: cannot import name 'a' from partially initialized module 'b' (most likely due to a circular import)",
        "cannot open shared object file",
    ] {
        assert_eq!(log::trouble(line), None, "{line}");
    }
}

fn summary(story: &Story) -> Summary {
    let mut fold = Fold::new();
    story.0.iter().for_each(|event| fold.add(event));
    fold.summary()
}

fn rules(story: &Story) -> Vec<AdviceRule> {
    summary(story).advice.iter().map(|advice| advice.rule).collect()
}

fn log(line: &str) -> Kind {
    Kind::Log { instance: InstanceId(1), stderr: true, line: line.into() }
}

fn started() -> Story {
    let mut story = Story::begin();
    story.state(5, State::Asleep, State::Starting, Why::Begin).boot(5, 1);
    story
}

#[test]
fn a_life_without_trouble_needs_no_advice() {
    let mut story = started();
    story.at(1_500, log("hello from the app"));
    assert_eq!(rules(&story), []);
    assert!(!text(&sections(&summary(&story)), 100).contains("What to do"));
}

#[test]
fn the_same_thing_is_told_once_with_its_first_moment() {
    let mut story = started();
    for moment in [1_500, 1_600, 1_700] {
        story.at(moment, log("ModuleNotFoundError: No module named 'cv2'"));
    }
    story.at(1_800, log("ModuleNotFoundError: No module named 'yaml'"));
    let advice = summary(&story).advice;
    let told: Vec<_> = advice.iter().map(|one| (one.at, one.seen.as_str())).collect();
    let expected = [
        (Elapsed::from_millis(1_500), "the app imports `cv2`, which is not installed"),
        (Elapsed::from_millis(1_800), "the app imports `yaml`, which is not installed"),
    ];
    assert_eq!(told, expected);
    let shown = text(&sections(&summary(&story)), 100);
    assert!(
        shown.contains(
            "What to do\n  the app imports `cv2`, which is not installed\n    -> add `opencv-python-headless`"
        ),
        "{shown}"
    );
}

/// The example is stopped with SIGTERM, and 10 s later for good.
fn stopped(after: u64, code: i32, cause: ExitCause) -> Story {
    let mut story = started();
    story.state(20_000, State::Serving, State::Stopping, Why::Idle);
    story.exit(20_000 + after, 1, (code, cause), None);
    story
}

#[test]
fn of_a_trace_about_a_secret_the_last_line_counts() {
    let mut story = started();
    story.at(1_500, log("KeyError: 'NOPE'"));
    story.at(1_501, log("KeyError: 'st.secrets has no key \"NOPE\". Did you forget to add it to secrets.toml?'"));
    let advice = summary(&story).advice;
    assert_eq!((advice.len(), advice[0].at), (1, Elapsed::from_millis(1_500)));
    assert_eq!(advice[0].seen, "the secret `NOPE` is not there");
}

#[test]
fn an_app_that_outlives_its_grace_is_told_to_obey() {
    let ignored = stopped(10_050, 137, ExitCause::Stopped);
    assert_eq!(rules(&ignored), [AdviceRule::StopIgnored]);
    let advice = &summary(&ignored).advice[0];
    assert!(advice.seen.contains("SIGTERM") && advice.seen.contains("10 s later"), "{}", advice.seen);
    // It obeyed; somebody was impatient; it was killed for another reason.
    assert_eq!(rules(&stopped(200, 143, ExitCause::Stopped)), []);
    assert_eq!(rules(&stopped(10_050, 0, ExitCause::Stopped)), []);
    assert_eq!(rules(&stopped(300, 137, ExitCause::Stopped)), []);
    assert_eq!(rules(&stopped(10_050, 137, ExitCause::KilledFromOutside)), []);
}

#[test]
fn a_start_that_leaves_nothing_for_visitors_is_told() {
    let with = |mib: u64| {
        let mut story = Story::begin();
        story.state(5, State::Asleep, State::Starting, Why::Begin);
        story.sample(900, 1, mib, [300, 6, 3]);
        story.at(1_000, Kind::Ready { instance: InstanceId(1) });
        story
    };
    assert_eq!(rules(&with(409)), []);
    assert_eq!(rules(&with(430)), [AdviceRule::MemoryAtStart]);
    let advice = &summary(&with(430)).advice[0];
    assert!(advice.seen.contains("84 % of the limit") && advice.action.starts_with("82"), "{advice:?}");
}

#[test]
fn files_that_are_gone_are_told_by_size_and_those_of_one_instance() {
    let losses = |instance, files: &[(&str, u64)]| {
        let lost = |(path, bytes): &(&str, u64)| Lost { path: (*path).into(), size: Some(Memory::from_bytes(*bytes)) };
        let size = files.iter().map(|(_, bytes)| bytes).sum();
        Kind::Losses(Box::new(Losses {
            instance: InstanceId(instance),
            count: files.len() as u64,
            size: Memory::from_bytes(size),
            largest: files.iter().map(lost).collect(),
        }))
    };
    let mut story = started();
    story.at(2_000, losses(1, &[("/app/a.db", 5_000_000), ("/app/b", 10)]));
    story.at(3_000, losses(2, &[("/app/a.db", 4_000_000)]));
    let summary = summary(&story);
    assert_eq!(summary.advice.len(), 1);
    assert_eq!(summary.advice[0].seen, "2 files that the app wrote are gone with the instance, 5.0 MB in all");
    assert_eq!(summary.advice[0].details, ["/app/a.db (5.0 MB)", "/app/b (10 B)"]);
    assert!(text(&sections(&summary), 100).contains("  /app/a.db (5.0 MB)"));
}

#[test]
fn an_app_that_cannot_be_reached_is_told_where_to_listen() {
    let ended = |story: &str| {
        let mut told = Story::begin();
        told.at(9_000, Kind::Finished(Finish::NeverServed(story.into())));
        summary(&told).advice.into_iter().map(|advice| (advice.rule, advice.action)).collect::<Vec<_>>()
    };
    let loopback = format!("it did not serve: the app listens on 127.0.0.1:10000, {ONLY_ITSELF}, not on 0.0.0.0:10000");
    let found = ended(&loopback);
    assert!(matches!(&found[..], [(AdviceRule::Unreachable, action)] if action.contains("`0.0.0.0`")), "{found:?}");
    let elsewhere = format!("nothing listens on port 10000{LISTENS_ELSEWHERE}0.0.0.0:5000 (2 starts in a row)");
    let found = ended(&elsewhere);
    assert!(matches!(&found[..], [(AdviceRule::Unreachable, action)] if action.contains("`PORT`, which is 10000")));
    let module = "the app crashed with status 1 before it served; its last words: ModuleNotFoundError: No module named 'pandas' (3 starts in a row)";
    assert!(matches!(&ended(module)[..], [(AdviceRule::MissingModule, _)]));
    assert_eq!(ended("the app was killed at its memory limit of 512 MiB"), []);
}

proptest! {
    #[test]
    fn any_line_is_read(line in ".{0,200}", word in "No module named |Cannot find module |: not found|KeyError: |exec: ") {
        let _ = log::trouble(&line);
        let _ = log::trouble(&format!("{word}{line}"));
        let _ = log::trouble(&format!("{line}{word}"));
    }
}
