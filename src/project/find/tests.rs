use proptest::prelude::*;

use super::*;
use crate::project::{Command, Framework, Said, Setting};

pub(super) fn found(files: &[(&str, &str)]) -> Found {
    find(&Folder::of("My Shop", files), &Asked::default()).unwrap()
}

fn error(files: &[(&str, &str)]) -> NotFound {
    find(&Folder::of("shop", files), &Asked::default()).unwrap_err()
}

/// A recipe in few words.
fn told(found: &Found) -> String {
    match &found.recipe {
        Recipe::Python(python) => {
            let framework = python.framework.as_ref().map(|said| format!("{:?} ", said.value)).unwrap_or_default();
            let entry = python.entry.as_ref().map_or("-", |said| said.value.as_str());
            let object = python.object.as_ref().map(|object| format!(":{object}")).unwrap_or_default();
            let files: Vec<_> = python.requirements.iter().map(|said| said.place.file.clone()).collect();
            format!("{framework}{entry}{object} [{}]", files.join(" "))
        }
        Recipe::Node(node) => format!("node {:?}", node.start.as_ref().map(|said| said.value.clone())),
        Recipe::Dockerfile { file, .. } => format!("dockerfile {file}"),
        Recipe::Static { folder } => format!("static {folder:?}"),
        other => format!("{other:?}"),
    }
}

#[test]
fn source_of_python_is_told_by_its_imports() {
    let st = "import streamlit as st\n";
    let api = "from fastapi import FastAPI\napi = FastAPI()\n";
    let flask = "from flask import Flask\napp = Flask(__name__)\n";
    for (files, expected) in [
        (vec![("app.py", st), ("requirements.txt", "streamlit\n")], "Streamlit app.py [requirements.txt]"),
        (vec![("dashboard.py", st)], "Streamlit dashboard.py []"),
        (vec![("Home.py", st), ("pages/1_a.py", st), ("utils.py", "import streamlit\n")], "Streamlit Home.py []"),
        (vec![("start.py", "import streamlit\nfrom helpers import a\n"), ("helpers.py", st)], "Streamlit start.py []"),
        (
            vec![("app/main.py", api), ("uv.lock", ""), ("pyproject.toml", "")],
            "FastApi app/main.py:api [uv.lock pyproject.toml]",
        ),
        (vec![("main.py", api), ("models.py", "from fastapi import Depends\n")], "FastApi main.py:api []"),
        (vec![("app.py", flask)], "Flask app.py:app []"),
        (
            vec![
                ("shop/__init__.py", "from flask import Flask\ndef create_app():\n  return Flask('a')\n"),
                ("wsgi.py", "from shop import create_app\napplication = create_app()\n"),
            ],
            "Flask wsgi.py:application []",
        ),
        (vec![("manage.py", "from django.core import management\n"), ("shop/settings.py", "")], "Django manage.py []"),
        (vec![("app.py", "import gradio as gr\ngr.Interface().launch()\n")], "Gradio app.py []"),
        (
            vec![("app.py", "from dash import Dash\nimport flask\napp = Dash()\nserver = app.server\n")],
            "Dash app.py:app []",
        ),
        (vec![("serve.py", "import http.server\n")], "serve.py []"),
        (vec![("a.py", "x = 1\n"), ("b.py", "import a\nif __name__ == '__main__':\n  a.x\n")], "b.py []"),
        (vec![("tests/app.py", st), ("app.py", st)], "Streamlit app.py []"),
        (vec![("api/main.py", api), ("api/requirements.txt", "")], "FastApi api/main.py:api [api/requirements.txt]"),
    ] {
        assert_eq!(told(&found(&files)), expected, "{files:?}");
    }
}

#[test]
fn other_kinds_are_told_by_their_files() {
    let package = "{\n \"scripts\": { \"start\": \"node a.js\" }\n}";
    for (files, expected) in [
        (vec![("Dockerfile", "FROM a\n"), ("app.py", "import streamlit\n")], "dockerfile Dockerfile"),
        (vec![("package.json", package)], "node Some(Line(\"npm start\"))"),
        (vec![("package.json", package), ("yarn.lock", "")], "node Some(Line(\"yarn start\"))"),
        (vec![("package.json", "{\"main\": \"./a.js\"}"), ("a.js", "")], "node Some(Words([\"node\", \"./a.js\"]))"),
        (vec![("package.json", "{}"), ("server.js", "")], "node Some(Words([\"node\", \"server.js\"]))"),
        (vec![("package.json", package), ("app.py", "import flask\napp = flask.Flask('a')\n")], "Flask app.py:app []"),
        (vec![("index.html", "")], "static \"\""),
        (vec![("package.json", "{}"), ("dist/index.html", "")], "static \"dist\""),
        (vec![("Procfile", "web: ./serve\n"), ("main.go", "")], "Other"),
        (vec![("Procfile", "web: gunicorn a:b\n"), ("requirements.txt", "")], "- [requirements.txt]"),
    ] {
        assert_eq!(told(&found(&files)), expected, "{files:?}");
    }
}

#[test]
fn a_procfile_says_the_command_and_what_else_it_names_is_told() {
    let found = found(&[
        ("Procfile", "web: gunicorn app:app\nworker: celery\n"),
        ("app.py", "import flask\napp = flask.Flask('a')\n"),
    ]);
    let line = Command::Line("gunicorn app:app".into());
    assert_eq!(found.taken.command, Some(Said::at(Place::line("Procfile", 1), line)));
    assert_eq!(found.notices[0].place, Place::line("Procfile", 2));
    assert_eq!(found.name, "my-shop");
    let because: Vec<String> =
        found.because.iter().map(|because| format!("{}: {}", because.place, because.what)).collect();
    assert_eq!(
        because,
        [
            "Procfile:1: the command of its process `web`: `gunicorn app:app`",
            "app.py:1: an app of WSGI, by what it imports; its object is `app`"
        ]
    );
}

#[test]
fn an_app_in_a_folder_of_its_own_has_that_as_its_root() {
    let found = found(&[
        ("api/main.py", "import fastapi\napp = fastapi.FastAPI()\n"),
        ("api/requirements.txt", ""),
        ("README.md", ""),
    ]);
    assert_eq!(found.taken.root.as_ref().map(|root| root.value.as_str()), Some("api"));
}

#[test]
fn several_apps_are_listed_with_a_way_to_choose() {
    let files = [("web/app.py", "import streamlit\n"), ("api/app.py", "import fastapi\napi = fastapi.FastAPI()\n")];
    let error = error(&files);
    assert_eq!(
        error.to_string(),
        "there are several files that could be the app: `api/app.py:1` (an app of ASGI), `web/app.py:1` (a Streamlit app)"
    );
    assert_eq!(error.hint(), "name one: `--entry api/app.py`");
    let said = |file: &str| Some(Said::at(Place::line("emu.toml", 1), file.to_owned()));
    let folder = Folder::of("shop", &files);
    let chosen = find(&folder, &Asked { entry: said("./web/app.py"), ..Asked::default() }).unwrap();
    assert!(
        matches!(&chosen.recipe, Recipe::Python(python) if python.framework.as_ref().is_some_and(|said| said.value == Framework::Streamlit))
    );
    let gone = find(&folder, &Asked { entry: said("gone.py"), ..Asked::default() }).unwrap_err();
    assert_eq!(gone.to_string(), "`emu.toml:1` names `gone.py`, which is not in the folder");
}

#[test]
fn what_cannot_be_told_says_what_it_saw() {
    assert_eq!(error(&[]).to_string(), "the folder `shop` is empty");
    let nothing = error(&[("README.md", ""), ("a.txt", ""), ("b.txt", ""), ("c.txt", ""), ("d.txt", "")]);
    assert!(
        nothing.to_string().contains("found `README.md`, `a.txt`, `b.txt`, `c.txt` and 1 more, expected"),
        "{nothing}"
    );
    assert_eq!(error(&[("package.json", "{\n \"a\": 1,\n}")]).to_string(), "package.json:3: is no valid JSON");
}

proptest! {
    #[test]
    fn any_folder_is_told_or_refused(files in proptest::collection::vec((
        prop::sample::select(vec!["app.py", "Procfile", "package.json", "pyproject.toml", "runtime.txt", "a/b.py", "Dockerfile", "index.html"]),
        "(?s)(web: |import flask\n|app = Flask\\(\\)|\\{|\"main\"|:|\\}|[project]|.){0,12}",
    ), 0..4)) {
        let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
        match find(&Folder::of("shop", &files), &Asked::default()) {
            Ok(found) => prop_assert!(!found.name.is_empty()),
            Err(error) => prop_assert!(!error.hint().is_empty()),
        }
    }
}

fn platforms() -> Vec<Platform> {
    Platform::shipped()
}

fn with_platforms(files: &[(&str, &str)], service: Option<&str>) -> Result<Found, NotFound> {
    let service = service.map(|name| Said::at(Place::line("emu.toml", 1), name.to_owned()));
    let asked = Asked { platforms: platforms(), service, ..Asked::default() };
    find(&Folder::of("shop", files), &asked)
}

const FLASK: (&str, &str) = ("app.py", "import flask\napp = flask.Flask('a')\n");

#[test]
fn a_platforms_own_file_is_taken_over_with_its_lines() {
    let text = "services:\r\n- type: web\r\n  name: Front\r\n  plan: starter\r\n  startCommand: gunicorn app:app\r\n  healthCheckPath: /up\r\n  envVars:\r\n  - key: A\r\n    value: 1\r\n  - key: B\r\n    sync: false\r\n  - key: C\r\n    generateValue: true\r\n- type: cron\r\n  name: x\r\n";
    let found = with_platforms(&[FLASK, ("render.yaml", text)], None).unwrap();
    let taken = &found.taken;
    assert_eq!((found.name.as_str(), told(&found)), ("front", "Flask app.py:app []".to_owned()));
    let line = |line| Place::line("render.yaml", line);
    assert_eq!(taken.command, Some(Said::at(line(5), Command::Line("gunicorn app:app".into()))));
    assert_eq!(taken.health_path, Some(Said::at(line(6), "/up".to_owned())));
    assert_eq!(taken.plan, Some(Said::at(line(4), "starter".to_owned())));
    let profile = taken.profile.clone().unwrap();
    assert!(crate::profile::Library::shipped().load(&profile).is_ok(), "{profile}");
    let settings: Vec<_> = taken.environment.iter().map(|(name, said)| format!("{name} {:?}", said.value)).collect();
    assert_eq!(settings, ["A Value(\"1\")", "B Asked", "C Generated"]);
}

#[test]
fn every_plan_that_a_platforms_file_names_has_its_profile() {
    let library = crate::profile::Library::shipped();
    for platform in platforms() {
        for id in platform.manifests.values().flat_map(|manifest| manifest.plans.values()) {
            assert!(library.load(id).is_ok(), "{}: {id}", platform.name);
        }
    }
}

#[test]
fn sources_go_before_a_dockerfile_where_the_platforms_file_says_so() {
    let told_by = |runtime: &str| {
        let text = format!("services:\n- type: web\n  name: a\n  runtime: {runtime}\n");
        told(&with_platforms(&[FLASK, ("Dockerfile", "FROM a\n"), ("render.yaml", &text)], None).unwrap())
    };
    assert_eq!((told_by("python"), told_by("docker")), ("Flask app.py:app []".into(), "dockerfile Dockerfile".into()));
}

#[test]
fn files_of_two_platforms_decide_nothing_without_a_profile() {
    let files = [FLASK, ("render.yaml", "services:\n- type: web\n  name: a\n"), ("fly.toml", "app = 'b'\n")];
    let found = with_platforms(&files, None).unwrap();
    assert_eq!((found.name.as_str(), found.taken.platform, found.notices.len()), ("shop", None, 2));
}

#[test]
fn several_services_are_listed_and_one_is_chosen_by_name() {
    let files = [FLASK, ("render.yaml", "services:\n- type: web\n  name: a\n- type: web\n  name: b\n")];
    let error = with_platforms(&files, None).unwrap_err();
    assert_eq!(error.to_string(), "there are several services: `a` (render.yaml:2), `b` (render.yaml:4)");
    assert_eq!(with_platforms(&files, Some("b")).unwrap().name, "b");
}

#[test]
fn a_compose_file_names_its_app_and_what_is_not_taken() {
    let text = "services:\n  web:\n    build: ./api\n    ports: [\"8000:80\"]\n    environment:\n      - A=1\n      - B\n    mem_limit: 512m\n    volumes: [\"a:/b\"]\n  db:\n    image: postgres\n";
    let found = found(&[("compose.yaml", text), ("api/Dockerfile", "FROM a\n")]);
    assert_eq!(told(&found), "dockerfile api/Dockerfile");
    assert_eq!(found.taken.port.map(|port| port.value), Some(80));
    assert_eq!(found.taken.memory.map(|memory| memory.value.bytes()), Some(512 << 20));
    assert_eq!(found.taken.environment.len(), 2);
    let notices: Vec<_> = found.notices.iter().map(|notice| format!("{} {}", notice.place, notice.found)).collect();
    assert_eq!(notices, ["compose.yaml:10 the service `db`", "compose.yaml:9 `volumes`"]);
}

#[test]
fn a_database_beside_sources_is_not_the_app() {
    let compose = ("docker-compose.yml", "services:\n  db:\n    image: postgres\n");
    assert_eq!(told(&found(&[compose, FLASK])), "Flask app.py:app []");
    assert!(matches!(found(&[compose]).recipe, Recipe::Image(_)));
}

#[test]
fn a_broken_file_is_told_with_its_line() {
    let error = error(&[("compose.yaml", "services:\n  a:\n    image: x\n    image: y\n"), FLASK]);
    assert!(error.to_string().starts_with("compose.yaml:"), "{error}");
    assert!(error.to_string().contains("duplicate"), "{error}");
}

#[test]
fn a_procfile_is_the_own_file_of_a_platform_that_has_no_other() {
    let blueprint = "services:\n- type: web\n  name: front\n  startCommand: serve --blueprint\n";
    let files = [FLASK, ("render.yaml", blueprint), ("Procfile", "web: serve --procfile\n")];
    let on = |platform: &str| {
        let asked = Asked { platforms: platforms(), platform: Some(platform.into()), ..Asked::default() };
        find(&Folder::of("shop", &files), &asked).unwrap()
    };
    let command = |found: &Found| found.taken.command.as_ref().map(|said| said.value.clone());
    assert_eq!(command(&on("Render")), Some(Command::Line("serve --blueprint".into())));
    let found = on("Heroku");
    assert_eq!(command(&found), Some(Command::Line("serve --procfile".into())));
    assert!(found.notices.iter().any(|notice| notice.place.file == "render.yaml"), "{:?}", found.notices);
}

#[test]
fn an_app_spec_in_a_hidden_folder_says_how_the_app_is_run() {
    let spec = "name: shop\nservices:\n- name: api\n  run_command: serve\n  source_dir: /\n  http_port: 9000\n  \
                instance_size_slug: basic-xs\n  health_check:\n    http_path: /up\n  envs:\n  - key: MODE\n    \
                value: b\n  - key: TOKEN\n    type: SECRET\n    value: EV[1:abc]\n";
    let taken = with_platforms(&[FLASK, (".do/app.yaml", spec)], None).unwrap().taken;
    assert_eq!(taken.command.map(|said| said.value), Some(Command::Line("serve".into())));
    assert_eq!((taken.port.map(|said| said.value), taken.root), (Some(9000), None));
    assert!(taken.profile.is_some(), "the size is known");
    assert_eq!(taken.health_path.map(|said| said.value), Some("/up".into()));
    assert_eq!(taken.environment["MODE"].value, Setting::Value("b".into()));
    assert_eq!(taken.environment["TOKEN"].value, Setting::Asked, "what is encrypted for the platform is no value");
}

proptest! {
    #[test]
    fn any_compose_file_is_read_or_refused(text in COMPOSE) {
        let files = [("compose.yaml", text.as_str()), FLASK];
        let _ = find(&Folder::of("shop", &files), &Asked::default());
    }
}

/// Lines as they stand in such a file, in any order and at any depth.
const COMPOSE: &str = "(( {0,6}|- )(services|web|build|context|image|ports|environment|mem_limit|cpus|deploy|resources|limits|memory|healthcheck|test|command|[0-9a-z:\\[\\]\"']{1,6}):? ?([0-9]{1,4}[mg:]?[0-9]{0,3}|\\[|\\{\\}|&a|\\*a|<<|null|\"8000:80\"|[a-z]{0,4})\n){0,12}";
