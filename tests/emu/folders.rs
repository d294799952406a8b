//! Project folders as their users see them: built as the platform would, and run on either engine.

use std::ops::Deref;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::driver::{Emu, Given, emu};
use crate::support::{docker_answers, native};

/// Answers with the folder it runs in, and ends at once when it is asked to.
const APP: &str = r#"
import http.server, os, signal, sys

signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
print("runs in", os.getcwd(), "as", os.getuid(), "told", os.environ.get("GREETING"), flush=True)

class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"hello"
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

http.server.ThreadingHTTPServer(("0.0.0.0", int(os.environ["PORT"])), Page).serve_forever()
"#;
const LOAD: [&str; 2] = ["--load", "5/s for 2s"];

/// A project of Python without any package, in the folder `shop` beside the call.
fn shop(args: &[&str]) -> Emu {
    // Nothing has been built of it yet, whatever earlier tests have left.
    let nonce = format!("# {}\n", tempfile::tempdir().expect("a name").path().display());
    emu(args.iter().copied())
        .file("shop/app.py", APP)
        .file("shop/nonce.txt", &nonce)
        .file("shop/Procfile", "web: python3 app.py --port $PORT\n")
}

/// One at a time: the daemon removes the steps of a build with the image of another that had them as well.
static TURN: Mutex<()> = Mutex::new(());

/// The image that is built on, and the turn to build.
struct Base {
    name: String,
    _turn: MutexGuard<'static, ()>,
}

impl Deref for Base {
    type Target = str;

    fn deref(&self) -> &str {
        &self.name
    }
}

fn base() -> Base {
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scripts/python-base");
    let made = Command::new(script).output().expect("the script runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    Base { name: String::from_utf8_lossy(&made.stdout).trim().to_owned(), _turn: turn }
}

/// The image that was built is removed at the end of its test.
struct Image(String);

impl Image {
    fn of(given: &Given) -> Self {
        let named = given.stderr.lines().find_map(|line| line.strip_prefix("building "));
        Self(named.unwrap_or_else(|| panic!("nothing was built:\n{}", given.stderr)).to_owned())
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        let _ = Command::new("docker").args(["rmi", "--force", &self.0]).output();
    }
}

#[test]
fn a_folder_is_built_once_and_run_as_the_platform_runs_it() {
    if !docker_answers() {
        return;
    }
    let base = base();
    let call = ["run", "shop", "--engine", "docker", "--base-image", &base, "--no-platform-delay"];
    let first = shop(&[&call[..], &["--profile", "render-standard"], &LOAD].concat());
    let (mut again, folder) = first.into_parts();
    let given = Given::from(again.output().expect("the binary runs")).status(0);
    let image = Image::of(&given);
    assert!(given.stderr.contains("runs in /opt/render/project/src as "), "{}", given.stderr);
    assert!(!given.stderr.contains(" as 0 told"), "it runs as the platform's user: {}", given.stderr);
    assert!(given.stderr.contains("==> Deploying...\n"), "the platform's own words: {}", given.stderr);
    assert!(given.stderr.contains("==> Running 'python3 app.py --port $PORT'"), "{}", given.stderr);
    // The app was asked to stop, and it was the app that heard it.
    assert!(given.stderr.contains("stopping -> gone (stopped)"), "{}", given.stderr);
    let given = Given::from(again.output().expect("the binary runs")).status(0);
    assert!(given.stderr.contains(&format!("{} is built already: nothing changed", image.0)), "{}", given.stderr);
    assert!(!given.stderr.contains("building "), "{}", given.stderr);
    drop(folder);
}

#[test]
fn another_platform_has_another_folder_and_another_image() {
    if !docker_answers() {
        return;
    }
    let base = base();
    let plans = ["compare", "shop", "--profile", "render-standard,heroku-basic", "--rounds", "1", "--exact"];
    let call = shop(&[&plans[..], &["--engine", "docker", "--base-image", &base], &LOAD].concat());
    // One round tells no plans apart.
    let given = call.run().status(6);
    let built: Vec<Image> = given
        .stderr
        .lines()
        .filter_map(|line| line.strip_prefix("building "))
        .map(|name| Image(name.to_owned()))
        .collect();
    assert_eq!(built.len(), 2, "{}", given.stderr);
    assert!(given.stdout.contains("render-standard") && given.stdout.contains("heroku-basic"), "{}", given.stdout);
}

#[test]
fn a_dockerfile_of_ones_own_is_built_on_another_image_and_given_arguments() {
    if !docker_answers() {
        return;
    }
    let dockerfile = "FROM no-such-image:1\nARG GREETING\nENV GREETING=$GREETING\nCOPY app.py .\nCMD python3 app.py\n";
    let base = base();
    let flags = ["--base-image", &base, "--build-arg", "GREETING=hello", "--no-platform-delay"];
    let call = ["run", "shop", "--engine", "docker", "--profile", "render-standard"];
    let call = emu([&call[..], &flags, &LOAD].concat()).file("shop/Dockerfile", dockerfile).file("shop/app.py", APP);
    let given = call.run().status(0);
    let _image = Image::of(&given);
    assert!(given.stderr.contains("told hello"), "{}", given.stderr);
}

#[test]
fn a_build_that_fails_says_why() {
    if !docker_answers() {
        return;
    }
    let base = base();
    let build = |dockerfile: &str| {
        let call = ["build", "shop", "--profile", "render-standard", "--base-image", &base];
        emu(call).file("shop/Dockerfile", dockerfile).run().status(5)
    };
    let given = build("FROM a\nCOPY dist /dist\n");
    let told = "error: the image could not be built: `dist` is not among the files that are sent";
    assert!(given.stderr.contains(told), "{}", given.stderr);
    assert_eq!(given.stdout, "");
    let given = build("FROM a\nRUN echo the last words; no-such-program\n");
    assert!(given.stderr.contains("the image has no program `no-such-program`"), "{}", given.stderr);
    assert!(given.stderr.contains("\n  the last words\n"), "{}", given.stderr);
}

#[test]
fn an_image_that_is_not_here_has_a_way_out() {
    if !docker_answers() {
        return;
    }
    let call = emu(["build", "shop", "--profile", "render-standard"]);
    let given = call.file("shop/Dockerfile", "FROM emu.invalid/no-such-image:1\n").run().status(5);
    assert!(given.stderr.contains("hint: `docker pull emu.invalid/no-such-image:1`"), "{}", given.stderr);
    assert!(given.stderr.contains("`--base-image IMAGE`"), "{}", given.stderr);
}

#[test]
fn the_dockerfile_is_data_and_needs_no_engine() {
    let call = shop(&["build", "shop", "--profile", "heroku-basic", "--print"]);
    let given = call.env("DOCKER_HOST", "unix:///nowhere/docker.sock").run().status(0);
    let expected = "# shop for heroku-basic, written by emu\nFROM python:3.14-slim\n";
    assert!(given.stdout.starts_with(expected), "{}", given.stdout);
    let command = "CMD [\"/bin/sh\", \"-c\", \"exec python3 app.py --port $PORT\"]\n";
    assert!(given.stdout.ends_with(command), "{}", given.stdout);
    let given = shop(&["build", "shop", "--profile", "heroku-basic", "--print", "--json"]).run().status(0);
    let document: serde_json::Value = serde_json::from_str(&given.stdout).expect("JSON");
    assert_eq!((&document["schema"], &document["image"]), (&1.into(), &serde_json::Value::Null));
}

#[test]
fn flags_of_a_build_need_a_folder() {
    let given = emu(["run", "mimic", "--profile", "render-free", "--base-image", "a"]).run().status(2);
    assert!(given.stderr.contains("`--base-image` is for a project folder"), "{}", given.stderr);
    let given = shop(&["run", "shop"]).run().status(2);
    assert!(given.stderr.contains("no plan was named"), "{}", given.stderr);
}

#[test]
fn the_plan_of_the_platforms_own_file_is_taken_unless_another_is_named() {
    let blueprint = "services:\n- type: web\n  name: shop\n  plan: starter\n  startCommand: /nowhere\n";
    let run = |words: &[&str]| shop(words).file("shop/render.yaml", blueprint).run();
    let told = run(&["run", "shop", "--env", "broken"]).status(2).stderr;
    assert!(told.contains("the plan is render-starter, as render.yaml:4 names it"), "{told}");
    let told = run(&["run", "shop", "--profile", "render-free", "--env", "broken"]).status(2).stderr;
    assert!(!told.contains("the plan is"), "{told}");
}

#[tokio::test]
async fn a_folder_runs_without_a_daemon_and_with_its_own_environment() {
    if native().await.is_none() {
        return;
    }
    let call = ["run", "shop", "--engine", "native", "--profile", "render-standard", "--no-platform-delay"];
    let call = shop(&[&call[..], &LOAD].concat());
    let bin = call.folder().join("shop/.venv/bin");
    std::fs::create_dir_all(&bin).expect("a folder");
    std::fs::write(bin.join("python"), "").expect("a file");
    // Found first because the environment of the project goes before this machine's programs.
    let script = "#!/bin/sh\necho through the environment of the project\nexec /usr/bin/env -S python3.orig \"$@\"\n";
    let python = Command::new("sh").args(["-c", "command -v python3"]).output().expect("a shell runs");
    let python = String::from_utf8_lossy(&python.stdout).trim().to_owned();
    std::fs::write(bin.join("python3"), script.replace("/usr/bin/env -S python3.orig", &python)).expect("a file");
    std::fs::set_permissions(bin.join("python3"), std::fs::Permissions::from_mode(0o755)).expect("a mode");
    let given = call.run().status(0);
    assert!(given.stderr.contains("through the environment of the project"), "{}", given.stderr);
    assert!(given.stderr.contains("shop/.venv, the project's own environment"), "{}", given.stderr);
}

#[tokio::test]
async fn a_package_that_is_missing_is_named_with_the_command_that_installs_it() {
    if native().await.is_none() {
        return;
    }
    let call = emu(["run", "shop", "--engine", "native", "--profile", "streamlit-cloud"]);
    let call = call.file("shop/app.py", "import streamlit\n").file("shop/requirements.txt", "streamlit\n");
    // An interpreter that says that it lacks whatever it is asked for.
    let call = call.file("shop/.venv/bin/python", "#!/bin/sh\nshift 3\necho \"$@\"\n");
    let python = call.folder().join("shop/.venv/bin/python");
    std::fs::set_permissions(&python, std::fs::Permissions::from_mode(0o755)).expect("a mode");
    let given = call.run().status(5);
    assert!(given.stderr.contains("has no `streamlit`, without which the app does not start"), "{}", given.stderr);
    assert!(given.stderr.contains("-m pip install -r requirements.txt`"), "{}", given.stderr);
}

#[tokio::test]
async fn static_files_are_served_by_emu_itself() {
    if native().await.is_none() {
        return;
    }
    let call = ["run", "site", "--engine", "native", "--profile", "render-standard", "--no-platform-delay"];
    let given = emu([&call[..], &LOAD].concat()).file("site/index.html", "<h1>hello</h1>").run().status(0);
    assert!(given.stderr.contains("GET / 200"), "{}", given.stderr);
}
