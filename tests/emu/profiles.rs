//! The shipped profiles, the files that must be refused, and `emu profiles`.

use std::path::{Path, PathBuf};

use emu::profile::{Library, ProfileError, template};

use crate::cli::current;
use crate::driver::emu;

#[test]
fn every_shipped_profile_loads() {
    let library = Library::shipped();
    for id in library.ids() {
        library.load(&id).unwrap_or_else(|error| panic!("{error}"));
    }
    assert!(library.ids().contains(&"render-free".to_owned()));
}

/// So that a comparison can run the ends of a range beside its middle.
#[test]
fn a_published_range_is_found_from_its_middle() {
    let library = Library::shipped();
    assert_eq!(library.variants("streamlit-cloud"), ["streamlit-cloud-floor", "streamlit-cloud-ceiling"]);
    assert_eq!(library.variants("render-free"), Vec::<String>::new());
}

#[test]
fn every_file_of_the_folder_is_in_the_binary() {
    let mut list = String::from("&[\n");
    for path in toml_files("profiles") {
        let name = path.strip_prefix("profiles").unwrap().to_str().unwrap();
        list.extend(["    (\"", name, "\", include_str!(\"", name, "\")),\n"]);
    }
    list.push_str("]\n");
    current("profiles/shipped.rs", &list);
}

#[test]
fn valid_files_load() {
    for path in toml_files("tests/profiles/valid") {
        let name = path.to_str().unwrap();
        let library = Library::shipped().with(name, read(&path));
        library.load(name).unwrap_or_else(|error| panic!("{error}"));
    }
}

/// Each file names the pass that refuses it (`# pass:`) and a part of every problem (`# problem:`).
#[test]
fn invalid_files_are_refused_with_all_their_problems() {
    for path in toml_files("tests/profiles/invalid") {
        let (name, text) = (path.to_str().unwrap(), read(&path));
        let error = Library::shipped().with(name, text.as_str()).load(name).unwrap_err();
        let ProfileError::Invalid { pass, problems, .. } = &error else { panic!("{error}") };
        assert_eq!(said(&text, "pass"), [pass.to_string()], "{error}");
        let expected = said(&text, "problem");
        let message = error.to_string();
        for part in &expected {
            assert!(message.contains(part), "{name}: no `{part}` in\n{message}");
        }
        let hints = expected.iter().filter(|part| part.starts_with("did you mean")).count();
        assert_eq!(problems.len(), expected.len() - hints, "{message}");
    }
}

#[test]
fn a_users_file_may_inherit_from_the_shipped_one_it_stands_before() {
    let library =
        Library::shipped().with("mine/render-free.toml", "inherits = \"render-free\"\n[health]\nkind = \"http\"\n");
    let profile = library.load("render-free").unwrap();
    assert_eq!(profile.settings.get("health.kind").unwrap().value.to_string(), "http");
    assert_eq!(profile.settings.get("memory.limit").unwrap().value.to_string(), "512 MiB");
}

#[test]
fn files_that_inherit_from_each_other_are_refused() {
    let library = Library::shipped().with("a.toml", "inherits = \"b\"").with("b.toml", "inherits = \"a\"");
    assert!(library.load("a").unwrap_err().to_string().contains("`inherits`"));
}

#[test]
fn a_template_is_valid_once_its_placeholders_are_filled() {
    let text = template::blank("example-new", &Library::shipped()).replace(['<', '>'], "");
    let library = Library::shipped().with("example-new.toml", text);
    library.load("example-new").unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn a_template_from_a_plan_is_that_plan() {
    let library = Library::shipped();
    for id in library.ids() {
        let parent = library.load(&id).unwrap();
        let child = Library::shipped().with("example-new.toml", template::from("example-new", &parent));
        let child = child.load("example-new").unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((&child.memory, &child.answers), (&parent.memory, &parent.answers));
    }
}

#[test]
fn the_reference_page_of_settings_is_current() {
    current("docs/reference/profile-settings.md", &emu::profile::reference(&Library::shipped()));
}

#[test]
fn the_schema_is_current_and_describes_the_shipped_files() {
    let schema = emu::profile::schema();
    let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
    current("docs/reference/profile.schema.json", &text);
    for path in toml_files("profiles").into_iter().chain(toml_files("tests/profiles/valid")) {
        let file: toml::Table = read(&path).parse().unwrap();
        let file = serde_json::to_value(file).unwrap();
        assert_eq!(against(&schema, &file, "$"), Ok(()), "{}", path.display());
    }
    for wrong in
        [serde_json::json!({ "memory": { "limt": "1 GB" } }), serde_json::json!({ "memory": { "limit": 512 } })]
    {
        assert!(against(&schema, &wrong, "$").is_err(), "{wrong}");
    }
}

/// As much of JSON Schema as our own schema uses, patterns apart.
fn against(schema: &serde_json::Value, value: &serde_json::Value, at: &str) -> Result<(), String> {
    if let Some(choices) = schema["anyOf"].as_array() {
        let fails: Vec<String> = choices.iter().filter_map(|choice| against(choice, value, at).err()).collect();
        return if fails.len() < choices.len() { Ok(()) } else { Err(fails.join("; ")) };
    }
    if let Some(words) = schema["enum"].as_array() {
        return if words.contains(value) { Ok(()) } else { Err(format!("{at}: {value} is not in {words:?}")) };
    }
    if let Some(constant) = schema.get("const") {
        return if constant == value { Ok(()) } else { Err(format!("{at}: {value} is not {constant}")) };
    }
    let fits = match schema["type"].as_str().expect("our schema types every node") {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_u64(),
        "boolean" => value.is_boolean(),
        other => panic!("the test does not know the type `{other}`"),
    };
    if !fits {
        return Err(format!("{at}: {value} is not of type {}", schema["type"]));
    }
    for entry in value.as_array().into_iter().flatten() {
        against(&schema["items"], entry, at)?;
    }
    for (name, entry) in value.as_object().into_iter().flatten() {
        let at = format!("{at}.{name}");
        match (schema["properties"].get(name), &schema["additionalProperties"]) {
            (Some(property), _) => against(property, entry, &at)?,
            (None, serde_json::Value::Bool(false)) => return Err(format!("{at} is unknown")),
            (None, additional) => against(additional, entry, &at)?,
        }
    }
    let required = schema["required"].as_array().into_iter().flatten().filter_map(|name| name.as_str());
    match required.into_iter().find(|name| value.get(name).is_none()) {
        Some(name) => Err(format!("{at}: no {name}")),
        None => Ok(()),
    }
}

#[test]
fn the_list_shows_every_plan_with_units() {
    let given = emu(["profiles", "list"]).run().status(0);
    let line = given.stdout.lines().find(|line| line.starts_with("render-free ")).unwrap();
    for part in ["Render Free", "512 MiB", "0.1 CPU", "15 min", "page", "$0/month", "community"] {
        assert!(line.contains(part), "no {part} in {line}");
    }
    assert_eq!(given.stderr, "");
    assert_eq!(emu(["profiles"]).run().status(0).stdout, given.stdout);
}

#[test]
fn lists_and_settings_come_as_json_too() {
    let json = |args: &[&str]| -> serde_json::Value {
        serde_json::from_str(&emu(args.iter().copied()).run().status(0).stdout).unwrap()
    };
    assert_eq!(
        json(&["profiles", "list", "--json"])["profiles"].as_array().unwrap().len(),
        Library::shipped().ids().len()
    );
    assert_eq!(json(&["profiles", "show", "render-free", "--json"])["settings"]["memory.limit"], "512 MiB");
    let explained = json(&["profiles", "explain", "render-free", "memory.limit", "--json"]);
    assert_eq!(explained["values"][0]["source"]["confidence"], "community");
    let diff = json(&["profiles", "diff", "render-free", "render-starter", "--json"]);
    let share = diff["differences"].as_array().unwrap().iter().find(|one| one["key"] == "cpu.share").unwrap().clone();
    assert_eq!((&share["a"], &share["b"]), (&"0.1 CPU".into(), &"0.5 CPU".into()));
}

#[test]
fn explain_says_file_line_source_and_confidence() {
    let given = emu(["profiles", "explain", "render-free", "sleep.after"]).run().status(0);
    assert!(given.stdout.contains("plan profiles/render/render-free.toml:"), "{}", given.stdout);
    assert!(given.stdout.contains("official") && given.stdout.contains("https://render.com/docs/free"));
    let given = emu(["profiles", "explain", "render-free", "sleep.aftr"]).run().status(2);
    assert!(given.stderr.contains("has no setting `sleep.aftr`"), "{}", given.stderr);
}

#[test]
fn an_unknown_id_offers_the_nearest_ones() {
    let given = emu(["profiles", "show", "rendr-free"]).run().status(3);
    assert!(given.stderr.contains("no profile is called `rendr-free`"), "{}", given.stderr);
    assert!(given.stderr.contains("`render-free`"), "{}", given.stderr);
}

#[test]
fn validate_checks_files_with_their_platform_beside_them() {
    let platform = "[memory]\nswp = \"1 GB\"\n";
    let plan = "[memory]\nlimit = \"1 GB\"\n";
    let call = emu(["profiles", "validate", "host/_platform.toml", "host/host-small.toml"]);
    let given = call.file("host/_platform.toml", platform).file("host/host-small.toml", plan).run().status(3);
    assert_eq!(given.stderr.matches("host/_platform.toml:2: `memory.swp`").count(), 2, "{}", given.stderr);
    let good = read(Path::new("tests/profiles/valid/example-least.toml"));
    let given = emu(["profiles", "validate", "mine.toml"]).file("mine.toml", &good).run().status(0);
    assert_eq!(given.stdout, "mine.toml: valid\n");
}

#[test]
fn validate_tells_an_id_from_a_file_that_is_not_there() {
    let id = emu(["profiles", "validate", "render-free"]).run().status(3).stderr;
    assert!(id.contains("found `render-free`, expected the path of a profile file"), "{id}");
    assert!(id.contains("hint: `emu profiles show render-free`"), "{id}");
    let path = emu(["profiles", "validate", "nope.toml"]).run().status(3).stderr;
    assert!(path.contains("there is no profile file `nope.toml`"), "{path}");
    assert!(path.contains("hint: check the path; `emu profiles new"), "{path}");
}

#[test]
fn a_profile_of_ones_own_is_listed_and_named_by_its_id() {
    let good = read(Path::new("tests/profiles/valid/example-least.toml"));
    let call = || emu(["profiles", "list"]).file("plans/example-mine.toml", &good);
    let folder = call();
    let plans = folder.folder().join("plans").to_str().unwrap().to_owned();
    let given = folder.env("EMU_PROFILES", &plans).run().status(0);
    assert!(given.stdout.contains("\nexample-mine "), "{}", given.stdout);
}

#[test]
fn new_writes_a_file_that_validates_and_keeps_one_that_is_there() {
    let call = emu(["profiles", "new", "my-host", "--from", "heroku-eco", "-o", "my-host.toml"]);
    let given = call.run().status(0);
    assert!(given.stderr.contains("emu profiles validate my-host.toml"), "{}", given.stderr);
    let call = emu(["profiles", "new", "my-host", "-o", "my-host.toml"]).file("my-host.toml", "kept");
    assert!(call.run().status(2).stderr.contains("cannot be written"));
    assert!(emu(["profiles", "new", "My Host"]).run().status(2).stderr.contains("an id of lower-case words"));
}

#[test]
fn audit_lists_guesses_with_their_place() {
    let given = emu(["profiles", "audit", "render-free"]).run().status(0);
    let line = given.stdout.lines().find(|line| line.starts_with("start.delay ")).unwrap();
    assert!(line.contains("38 s") && line.contains("guess") && line.contains("render-free.toml:"), "{line}");
    assert!(!given.stdout.contains("_base.toml"), "neutral values are asked for with --base");
    assert!(emu(["profiles", "audit", "render-free", "--base"]).run().stdout.contains("_base.toml"));
}

#[test]
fn the_waking_page_polls_as_the_captured_one_does() {
    let profile = Library::shipped().load("render-free").unwrap();
    let page = &profile.answers[&emu::profile::Cause::Waking];
    assert_eq!(page.status, 503);
    assert_eq!(page.headers["retry-after"], "5");
    assert_eq!(page.headers["x-render-routing"], "hibernate-pending-wake");
    for part in ["<title>Render - Application loading</title>", "method: \"HEAD\"", "4000", "5000", "45000", "!== 503"]
    {
        assert!(page.body.contains(part), "no {part}");
    }
}

/// What the comments `# <word>: …` at the top of a file say.
fn said(text: &str, word: &str) -> Vec<String> {
    let start = format!("# {word}: ");
    text.lines().filter_map(|line| line.strip_prefix(&start)).map(str::to_owned).collect()
}

fn toml_files(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder is in the tree") {
        let path = entry.expect("the folder can be listed").path();
        if path.is_dir() {
            found.extend(toml_files(path.to_str().expect("our paths are UTF-8")));
        } else if path.extension().is_some_and(|ending| ending == "toml") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("the file is in the tree")
}

/// The files of the guide, as a reader would save them.
#[test]
fn the_files_of_the_guide_load() {
    let guide = read(Path::new("docs/profiles.md"));
    let blocks: Vec<&str> = guide.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    let whole = blocks.iter().filter(|block| block.contains("[memory]"));
    let loaded = whole.map(|block| Library::shipped().with("guide.toml", *block).load("guide.toml"));
    let limits: Vec<String> = loaded.map(|profile| profile.unwrap().memory.limit.to_string()).collect();
    assert_eq!(limits, ["256 MiB", "1 GiB"]);
}

#[test]
fn a_plan_is_shown_as_yaml_too() {
    let given = emu(["profiles", "show", "render-free", "--yaml"]).run().status(0);
    assert!(given.stdout.contains("\n  memory.limit: 512 MiB\n"), "{}", given.stdout);
    emu(["profiles", "show", "render-free", "--yaml", "--json"]).run().status(2);
}
