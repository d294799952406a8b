//! Scenario files and the project's file: those that are read, those that are refused, and their pages.

use std::path::{Path, PathBuf};

use emu::app;
use emu::scenario::{
    Body, Coming, FORMS, Load, Model, Project, Scenario, Think, project_reference, scenario_reference,
};
use emu::units::Elapsed;

use crate::cli::current;

#[test]
fn valid_scenarios_are_read() {
    for path in toml_files("tests/scenarios/valid") {
        app::scenario(path.to_str().unwrap()).unwrap_or_else(|error| panic!("{error}"));
    }
}

/// Each file ends with its problems, `#! 12: …`, in the order in which they are told.
#[test]
fn invalid_scenarios_are_refused_with_all_their_problems() {
    for path in toml_files("tests/scenarios/invalid") {
        let app::ScenarioError::Invalid(error) = app::scenario(path.to_str().unwrap()).unwrap_err() else {
            panic!("{} is not read", path.display())
        };
        refused(&path, &error.problems.iter().map(ToString::to_string).collect::<Vec<_>>());
    }
}

#[test]
fn valid_projects_are_read() {
    for path in toml_files("tests/projects/valid") {
        project(&path).unwrap_or_else(|error| panic!("{error}"));
    }
}

#[test]
fn invalid_projects_are_refused_with_all_their_problems() {
    for path in toml_files("tests/projects/invalid") {
        let error = project(&path).unwrap_err();
        refused(&path, &error.problems.iter().map(ToString::to_string).collect::<Vec<_>>());
    }
}

/// The problems stand behind the file's content, so that its lines keep their numbers.
fn refused(path: &Path, problems: &[String]) {
    let text = read(path);
    let expected: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("#! ")).collect();
    if std::env::var_os("EMU_BLESS").is_some() {
        let kept = text.lines().filter(|line| !line.starts_with("#! ")).map(str::to_owned);
        let told = problems.iter().map(|problem| format!("#! {problem}"));
        let lines: Vec<String> = kept.chain(told).collect();
        std::fs::write(path, lines.join("\n") + "\n").expect("it can be written");
        return;
    }
    assert!(!problems.is_empty() && problems == expected, "{}:\n{}", path.display(), problems.join("\n"));
}

fn project(path: &Path) -> Result<Project, emu::scenario::FileError> {
    let folder = path.parent().expect("it stands in a folder").to_owned();
    Project::parse(&path.display().to_string(), &read(path), &mut |name| {
        std::fs::read(folder.join(name)).map_err(|error| error.to_string())
    })
}

fn scenario(name: &str) -> Scenario {
    app::scenario(&format!("tests/scenarios/valid/{name}.toml")).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn every_key_of_a_scenario_means_something() {
    let scenario = scenario("every-key");
    assert_eq!((scenario.name.as_str(), scenario.seed, scenario.connections), ("orders", 7, 200));
    assert_eq!((scenario.timeout, scenario.warm_up), (Elapsed::from_secs(20), Elapsed::ZERO));
    let names: Vec<&str> = scenario.phases.iter().map(|phase| phase.name.as_str()).collect();
    assert_eq!(names, ["base", "loading", "search", "ramp", "strangers", "evening"]);
    let think = Think::Between { least: Elapsed::from_secs(1), most: Elapsed::from_secs(3) };
    let (over, lasts) = (Elapsed::from_secs(10), Elapsed::from_secs(120));
    assert_eq!(
        scenario.phases[2].model,
        Model::Closed { coming: Coming::Number { from: 0, users: 3, over }, think, lasts }
    );
    let said: Vec<String> = scenario.phases.iter().map(emu::scenario::Phase::what).collect();
    let expected = [
        "nothing for 30 s",
        "1 request: PUT /upload",
        "3 users who come over 10 s thinking 1 s to 3 s for 2 min: GET /search?q=tea, POST /search and 3 more",
        "5 to 50 requests per second over 1 min",
        "5 users per minute, each for log-normal 1 min to 4 min, thinking 2 s for 10 min",
        "50 to 10 users over 5 min for 10 min",
    ];
    assert_eq!(said, expected);
}

#[test]
fn requests_are_ready_to_be_sent() {
    let scenario = scenario("every-key");
    let sent = |phase: usize, call: usize| {
        let call = &scenario.phases[phase].calls[call];
        let Body::Bytes(bytes) = &call.body else { panic!("{call:?}") };
        let kind = call.headers.iter().find(|(name, _)| name == "content-type").unwrap().1.clone();
        (kind, String::from_utf8(bytes.to_vec()).unwrap())
    };
    let (kind, body) = sent(1, 0);
    assert_eq!(kind, "multipart/form-data; boundary=emu-form-part");
    assert!(body.contains("name=\"header\"\r\n\r\ntrue\r\n") && body.contains("name=\"sheet\"\r\n\r\n2\r\n"), "{body}");
    let file = "name=\"table\"; filename=\"orders of today.csv\"\r\nContent-Type: text/csv; charset=utf-8\r\n\r\nnumber;article\n1;tea\n\r\n";
    assert!(body.contains(file), "{body}");
    assert!(scenario.phases[1].calls[0].headers.contains(&("x-team".into(), "orders".into())));
    let json = r#"{"exact":false,"pages":[1,2.5],"q":"tea","since":"2026-01-31"}"#;
    assert_eq!(sent(2, 1), ("application/json".into(), json.into()));
    assert_eq!(sent(2, 2), ("application/x-www-form-urlencoded".into(), "q=green+tea".into()));
    assert_eq!(sent(2, 3), ("text/x-query".into(), "tea".into()));
    assert_eq!(sent(2, 4), ("application/octet-stream".into(), "number;article\n1;tea\n".into()));
    assert_eq!(
        scenario.phases[2].calls[0].headers,
        [("x-team".into(), "tea".into()), ("accept".into(), "text/html".into())]
    );
    assert_eq!((scenario.phases[2].calls[0].weight, scenario.phases[2].calls[1].weight), (3, 1));
}

#[test]
fn every_key_of_a_project_means_something() {
    let all = project(Path::new("tests/projects/valid/every-key.toml")).unwrap();
    assert_eq!((all.app.as_deref(), all.rounds, all.profiles.len()), (Some("shop"), Some(5), 2));
    assert_eq!(all.env["DEBUG"], "0");
    assert_eq!(all.command, ["serve", "--fast"]);
    let Some(Load::Here(load)) = all.load else { panic!("no load") };
    assert_eq!(load.phases.len(), 2);
    let mut typed = emu::scenario::Budget::default();
    for setting in ["memory=90%", "p95=800ms", "p99=2s", "cold_start=60s", "errors=0.5%", "kills=0"] {
        typed.set(setting).unwrap();
    }
    assert_eq!(all.budget, typed);
    let Some(emu::metrics::Asked::This(wanted)) = all.metrics else { panic!("nothing is asked") };
    assert_eq!((wanted.caches.len(), wanted.values.len(), wanted.every.millis()), (2, 1, 10_000));
}

/// A key of the pages that no file of ours uses is a key that nobody has tried.
#[test]
fn every_key_stands_in_a_file_that_is_read() {
    let all: String = ["tests/scenarios/valid", "tests/projects/valid"]
        .iter()
        .flat_map(|folder| toml_files(folder))
        .map(|path| read(&path))
        .collect();
    for page in [scenario_reference(), project_reference()] {
        for key in page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()) {
            assert!(all.contains(&format!("{key} =")) || all.contains(&format!("{key}]")), "{key} is in no valid file");
        }
    }
}

#[test]
fn the_reference_pages_are_current() {
    current("docs/reference/scenario.md", &scenario_reference());
    current("docs/reference/emu-toml.md", &project_reference());
}

fn toml_files(folder: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder is in the tree").flatten();
    let mut found: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .collect();
    found.sort();
    found
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("the file is in the tree")
}

/// The files of the guides, as a reader would save them.
#[test]
fn the_files_of_the_guides_are_read() {
    let mut files = |_: &str| Ok(b"PK".to_vec());
    let mut names = Vec::new();
    for guide in ["docs/guides/load.md", "docs/guides/ci.md"] {
        let text = read(Path::new(guide));
        for block in text.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()) {
            let name = block.lines().next().and_then(|line| line.strip_prefix("# ")).expect("a file has a name");
            let read = match name {
                "emu.toml" => Project::parse(name, block, &mut files).map(drop),
                _ => Scenario::parse(name, block, &mut files).map(drop),
            };
            read.unwrap_or_else(|error| panic!("{guide}: {error}"));
            names.push(name.to_owned());
        }
    }
    assert_eq!(
        names,
        [
            "search.toml",
            "orders.toml",
            "smoke.toml",
            "proxy.toml",
            "streamlit.toml",
            "chat.toml",
            "gradio.toml",
            "emu.toml",
            "emu.toml"
        ]
    );
}

#[test]
fn the_guide_shows_every_short_form() {
    let guide = read(Path::new("docs/guides/load.md"));
    let typed: Vec<&str> = guide.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    assert_eq!(typed, FORMS);
    for load in guide.split("--load \"").skip(1).filter_map(|rest| rest.split('"').next()) {
        Scenario::short(load).unwrap_or_else(|error| panic!("{error}"));
    }
}

#[test]
fn the_workflow_is_yaml_that_compares_and_shows_the_table_even_when_that_fails() {
    let workflow: serde_yaml::Value =
        serde_yaml::from_str(&read(Path::new("docs/github-workflow.yml"))).expect("it is YAML");
    let steps = workflow["jobs"]["compare"]["steps"].as_sequence().expect("it has steps");
    let runs = |word: &str| {
        let found = steps.iter().position(|step| step["run"].as_str().is_some_and(|run| run.contains(word)));
        found.unwrap_or_else(|| panic!("no step runs `{word}`"))
    };
    let (compares, shows) = (runs("emu compare --format markdown"), runs("GITHUB_STEP_SUMMARY"));
    assert!(compares < shows && steps[shows]["if"].as_str().is_some_and(|when| when.contains("!cancelled()")));
}
