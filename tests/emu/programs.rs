//! Programs of this machine on the embedded engine, as their users see it: what is refused and how, which
//! port and which variables they get, and what is left of them.

use std::net::{Ipv4Addr, TcpListener};

use emu::engine::Engine;
use rustix::process::Signal;

use crate::driver::{Emu, Given, emu};
use crate::live::{Live, Past, left_by};
use crate::support::{docker_answers, native};

/// No daemon is here.
const NOWHERE: &str = "unix:///nowhere/docker.sock";
/// A program of this machine that is always there: the app inside emu.
const PROGRAM: &str = env!("CARGO_BIN_EXE_emu");

/// `emu` under a plan that boots at once, and never sleeps.
fn run<'a>(args: impl IntoIterator<Item = &'a str>) -> Emu {
    emu(["run", "--profile", "render-standard"].into_iter().chain(args))
}

/// Demands a status, and exactly this on standard error.
fn says(given: Given, status: i32, told: &str) {
    let given = given.status(status);
    assert_eq!((given.stderr.trim_end(), given.stdout.as_str()), (told, ""));
}

#[test]
fn an_engine_refuses_what_it_does_not_run() {
    let hint = "hint: `emu run IMAGE` runs an image on Docker, `emu run -- CMD` a program of this machine on the \
                embedded engine";
    let told = format!("error: the engine `docker` runs images, found a program of this machine\n{hint}");
    says(run(["--engine", "docker", "--", "python3", "app.py"]).run(), 2, &told);
    let told = format!("error: the engine `native` runs programs of this machine, found the image `shop`\n{hint}");
    says(run(["shop", "--engine", "native"]).run(), 2, &told);
    says(run(["shop", "--isolation", "process"]).run(), 2, &told);
}

#[test]
fn flags_of_the_embedded_engine_are_refused_with_docker_and_with_one_another() {
    let told = "error: `--isolation` is for the embedded engine, found `--engine docker`\n\
                hint: `--engine native`, or leave out `--isolation`";
    says(run(["mimic", "--engine", "docker", "--isolation", "process"]).run(), 2, told);
    let told = "error: `--network own` with `--isolation process`: expected `--isolation sandbox`, of which it is a \
                part\nhint: leave out one of the two";
    says(run(["mimic", "--network", "own", "--isolation", "process"]).run(), 2, told);
}

#[tokio::test]
async fn a_program_that_cannot_be_run_is_told_before_the_run() {
    if native().await.is_none() {
        return;
    }
    let told = "error: `pyton3` cannot be run: no folder of `PATH` has a program of this name\n\
                hint: install it, or name it by its path: `./pyton3`";
    says(run(["--", "pyton3", "app.py"]).run(), 5, told);
    let told = "error: `./app.py` cannot be run: the file is not executable\n\
                hint: `chmod +x ./app.py`, or put its interpreter before it: `python3 ./app.py`";
    says(run(["--", "./app.py"]).file("app.py", "").run(), 5, told);
    let call = run(["--", "./nowhere"]);
    let told = format!(
        "error: `./nowhere` cannot be run: no such file, seen from `{}`\n\
         hint: check the path; the command runs in the folder that emu is called from",
        call.folder().display()
    );
    says(call.run(), 5, &told);
    let given = run(["--env", "PATH=/nowhere", "--", "sh"]).run().status(5);
    assert!(given.stderr.starts_with("error: `sh` cannot be run: no folder of `PATH`"), "{}", given.stderr);
}

#[tokio::test]
async fn without_a_daemon_the_embedded_engine_runs_the_app_and_that_is_said() {
    if native().await.is_none() {
        return;
    }
    let mut live = Live::of(run(["mimic"]).env("DOCKER_HOST", NOWHERE));
    live.line(&[&format!("no container daemon answers at `{NOWHERE}`: the embedded engine runs the app")]).await;
    live.line(&[", by native ", ", cgroup v"]).await;
    live.line(&["-> serving"]).await;
    live.interrupt().await;
}

#[tokio::test]
async fn with_a_daemon_mimic_runs_there() {
    if !docker_answers() {
        return;
    }
    let mut live = Live::of(run(["mimic"]));
    live.line(&[", by docker "]).await;
    live.line(&["-> serving"]).await;
    let past = live.interrupt().await;
    assert!(!past.lines.iter().any(|line| line.contains("embedded engine")), "{}", past.lines.join("\n"));
}

#[tokio::test]
async fn a_program_is_called_after_its_folder_and_gets_its_port_and_no_secrets() {
    if native().await.is_none() {
        return;
    }
    let script = format!("echo \"in $(basename $PWD), secret <$SECRET>, mode <$MODE>\"; exec {PROGRAM} __mimic");
    let call = run(["--env", "MODE=a", "--", "sh", "-c", &script]).env("SECRET", "of the shell");
    let name = call.folder().file_name().expect("it has a name").to_string_lossy().into_owned();
    let mut live = Live::of(call);
    live.line(&[&format!("{name} on Render Standard")]).await;
    live.line(&["app", &format!("in {name}, secret <>, mode <a>")]).await;
    live.line(&["-> serving"]).await;
    let past = live.interrupt().await;
    assert_eq!(past.status, Some(130), "{}", past.lines.join("\n"));
}

#[tokio::test]
async fn a_taken_port_is_another_one_for_an_app_that_is_told_it() {
    if native().await.is_none() {
        return;
    }
    let (_held, taken) = a_taken_port();
    let call = emu(["run", "--profile", "./mine.toml", "--", PROGRAM, "__mimic"]);
    let call = call.file("mine.toml", &plan_with_port(taken));
    let mut live = Live::of(call);
    live.line(&[&format!("port {taken} of this machine is taken by process "), ": the app is given PORT="]).await;
    live.line(&["nearly", &format!("port {taken}: taken on this machine")]).await;
    live.line(&["-> serving"]).await;
    live.interrupt().await;
}

#[tokio::test]
async fn a_taken_port_that_the_app_knows_is_refused_where_this_machines_network_is_meant() {
    if native().await.is_none() {
        return;
    }
    let (_held, taken) = a_taken_port();
    let set = format!("port.number={taken}");
    let given = run(["--network", "host", "--set", &set, "--", PROGRAM, "__mimic"]).run().status(5);
    let told = format!("error: port {taken} of this machine is taken by process ");
    assert!(given.stderr.contains(&told), "{}", given.stderr);
    assert!(given.stderr.contains("nothing tells the app another one\nhint: "), "{}", given.stderr);
}

#[tokio::test]
async fn runs_side_by_side_never_get_the_same_port() {
    if native().await.is_none() {
        return;
    }
    let (_held, taken) = a_taken_port();
    let call = ["compare", "--profile", "./mine.toml,./mine.toml", "--parallel", "--rounds", "1"];
    let call = call.into_iter().chain(["--load", "2/s for 2s", "--set", "cpu.share=0.3", "--", PROGRAM, "__mimic"]);
    // One round of each is too little to tell anything apart.
    let given = emu(call).file("mine.toml", &plan_with_port(taken)).run().status(6);
    let given: Vec<&str> = given
        .stderr
        .lines()
        .filter_map(|line| line.split_once("the app is given PORT="))
        .map(|(_, port)| port)
        .collect();
    assert!(given.len() == 2 && given[0] != given[1], "{given:?}");
}

#[tokio::test]
async fn a_projects_command_without_an_app_is_a_program_in_the_projects_folder() {
    if native().await.is_none() {
        return;
    }
    let text = format!(
        "profiles = [\"render-standard\"]\nrounds = 1\nload = \"2/s for 1s\"\n\
         command = [\"./serve\", \"{PROGRAM}\"]\n"
    );
    let call = emu(["compare"]).file("emu.toml", &text).file("serve", "#!/bin/sh\nexec \"$1\" __mimic\n");
    let serve = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(call.folder().join("serve"), serve).expect("it can be made a program");
    let name = call.folder().file_name().expect("it has a name").to_string_lossy().into_owned();
    let given = call.run();
    assert!(given.stdout.starts_with(&format!("{name} on 1 plan")), "{}{}", given.stdout, given.stderr);
}

#[tokio::test]
async fn a_port_that_the_app_knows_is_free_in_a_network_of_its_own() {
    if !sandbox().await {
        return;
    }
    let (_held, taken) = a_taken_port();
    let plan = format!("{}[port]\nsource = \"mine\"\nvariable = \"none\"\nnumber = {taken}\n", plan());
    let script = format!("PORT={taken} exec {PROGRAM} __mimic");
    let call = emu(["run", "--profile", "./mine.toml", "--", "sh", "-c", &script]).file("mine.toml", &plan);
    let mut live = Live::of(call);
    let told = ": the app gets a network of its own, without a way out";
    live.line(&[&format!("port {taken} of this machine is taken by process "), told]).await;
    live.line(&["not kept outgoing connections"]).await;
    live.line(&["-> serving"]).await;
    live.interrupt().await;
}

#[tokio::test]
async fn what_a_program_writes_goes_with_a_sandbox_and_stays_without_one() {
    if !sandbox().await {
        return;
    }
    let script = format!("echo x > written; exec {PROGRAM} __mimic");
    for (level, stays) in [("sandbox", false), ("process", true)] {
        let call = run(["--isolation", level, "--", "sh", "-c", &script]);
        let written = call.folder().join("written");
        let mut live = Live::of(call);
        live.line(&[&format!(", by native {level}, cgroup v")]).await;
        live.line(&["-> serving"]).await;
        // The folder lives as long as what is kept of the run.
        let _past = live.interrupt().await;
        assert_eq!(written.exists(), stays, "{level}");
    }
}

#[tokio::test]
async fn the_tour_of_a_plan_needs_no_daemon() {
    if native().await.is_none() {
        return;
    }
    let call = ["run", "--profile", "render-free", "--engine", "native", "--warp", "600", "--json"];
    let given = emu(call).run().status(0);
    let told: serde_json::Value = serde_json::from_str(&given.stdout).expect("a summary as JSON");
    assert_eq!(told["run"]["engine"].as_str().map(|engine| engine.starts_with("native ")), Some(true), "{told}");
    let kills = told["kills"].as_array().expect("a list");
    assert!(kills.len() == 1 && told["finish"] == "completed", "{told}");
}

#[tokio::test]
async fn an_interrupt_leaves_nothing_of_a_program_whenever_it_comes() {
    if native().await.is_none() {
        return;
    }
    let levels: &[&str] = if sandbox().await { &["process", "sandbox"] } else { &["process"] };
    for level in levels {
        for (plan, knobs, moment) in [
            (&[][..], &["--boot-delay", "1h"][..], "I am process"),
            (&[], &[], "-> serving"),
            (&["--warp", "900"], &[], "-> asleep"),
            (&["--set", "restart.delay=4min"], &["--exit-after", "1s"], "-> backoff"),
        ] {
            let mut live = program(level, plan, knobs);
            live.line(&[moment]).await;
            let past: Past = live.interrupt().await;
            past.tells_in_order(&[&["interrupted"]]);
        }
        let mut stubborn = program(level, &[], &["--ignore-term"]);
        stubborn.line(&["-> serving"]).await;
        stubborn.signal(Signal::INT);
        stubborn.line(&["received SIGTERM"]).await;
        stubborn.interrupt().await;
    }
}

/// A program under a plan that sleeps, on a whole core so that it boots at once.
fn program(level: &str, plan: &[&str], knobs: &[&str]) -> Live {
    let call = ["--profile", "render-free", "--set", "cpu.share=1", "--isolation", level];
    Live::run([&call, plan, &["--", PROGRAM, "__mimic"], knobs].concat())
}

#[tokio::test]
async fn what_a_killed_emu_left_is_cleared_without_a_daemon() {
    if native().await.is_none() {
        return;
    }
    let mut live = Live::run(["--profile", "render-standard", "--", PROGRAM, "__mimic"]);
    live.line(&["-> serving"]).await;
    let home = live.home();
    let (process, folder) = live.kill_hard().await;
    let given = emu(["clean"]).env("EMU_HOME", &home).env("DOCKER_HOST", NOWHERE).run().status(0);
    assert!(
        given.stderr.contains(&format!("not looked at: no container daemon answers at `{NOWHERE}`")),
        "{}",
        given.stderr
    );
    assert_eq!(left_by(process, &folder), Vec::<String>::new());
}

#[tokio::test]
async fn one_engine_that_works_is_enough_for_the_doctor() {
    if native().await.is_none() {
        return;
    }
    let given = emu(["doctor", "--json"]).env("DOCKER_HOST", NOWHERE).run().status(0);
    let told: serde_json::Value = serde_json::from_str(&given.stdout).expect("findings as JSON");
    let found = |engine: &str, what: &str| {
        let all = told["findings"].as_array().expect("a list").iter();
        all.clone().find(|one| one["engine"] == engine && one["what"] == what).cloned().unwrap_or_default()
    };
    assert_eq!(found("docker", "engine")["state"], "warning", "{}", given.stdout);
    let tried = found("native", "memory limit, tried");
    assert_eq!(tried["found"], "mimic was killed at 32 MiB; engine and kernel both say so", "{}", given.stdout);
    assert_eq!(found("native", "engine")["state"], "ok");
}

/// A port of this machine that somebody else has.
fn a_taken_port() -> (TcpListener, u16) {
    let held = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let port = held.local_addr().expect("it is bound").port();
    (held, port)
}

/// A plan of one's own, and one whose port is this.
fn plan() -> String {
    "inherits = \"render-standard\"\n[sources.mine]\nurl = \"https://example.com\"\ndate = \"2026-01\"\n\
     confidence = \"guess\"\n"
        .to_owned()
}

fn plan_with_port(port: u16) -> String {
    format!("{}[port]\nsource = \"mine\"\nnumber = {port}\n", plan())
}

/// Whether the embedded engine keeps apps apart here.
async fn sandbox() -> bool {
    native().await.is_some_and(|native| native.machine().can.isolation.is_apart())
}
