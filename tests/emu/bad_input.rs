//! Every bad input: a clear message, the documented status, a next step, and nothing left behind.

use std::io::Write;
use std::net::TcpListener;
use std::process::{Command, Stdio};

use crate::driver::{Emu, Given, emu};
use crate::support::docker_answers;

/// `emu run` of mimic under a plan that boots at once, with further arguments.
fn run<'a>(args: impl IntoIterator<Item = &'a str>) -> Emu {
    emu(["run", "--profile", "render-standard"].into_iter().chain(args))
}

/// Demands a status, and these words on standard error.
fn says(given: Given, status: i32, words: &[&str]) {
    let given = given.status(status);
    for word in words {
        assert!(given.stderr.contains(word), "`{word}` is not said in\n{}", given.stderr);
    }
}

#[test]
fn an_unknown_plan_is_answered_with_the_nearest_names() {
    let given = emu(["run", "--profile", "render-fre"]).run();
    says(given, 3, &["error:", "`render-fre`", "hint:", "`render-free`"]);
}

#[test]
fn a_run_without_a_plan_is_told_where_the_plans_are() {
    says(emu(["run", "mimic"]).run(), 2, &["no plan was named", "emu profiles list"]);
}

#[test]
fn a_broken_profile_is_answered_with_every_problem_and_its_line() {
    let text = "inherits = \"render-free\"\n[memory]\nlimit = \"lots\"\nlimits = \"1 GB\"\n";
    let given = emu(["run", "--profile", "./mine.toml"]).file("mine.toml", text).run();
    says(given, 3, &["mine.toml:3", "`memory.limit`", "mine.toml:4", "`memory.limits`", "hint:"]);
}

#[test]
fn a_profile_file_that_is_not_there_is_named() {
    says(emu(["run", "--profile", "./nowhere.toml"]).run(), 3, &["`./nowhere.toml` cannot be read", "hint:"]);
}

#[test]
fn no_daemon_is_told_with_the_place_that_was_tried() {
    for args in [["mimic", "--engine", "docker"], ["shop", "--engine", "auto"]] {
        let given = run(args).env("DOCKER_HOST", "unix:///nowhere/docker.sock").run();
        says(given, 4, &["unix:///nowhere/docker.sock", "hint:", "emu doctor"]);
    }
}

#[test]
fn a_folder_and_a_missing_path_are_no_app() {
    let given = run(["./shop"]).file("shop/notes.txt", "tea\n").run();
    says(given, 2, &["nothing in `shop` says what the app is: found `notes.txt`", "hint:"]);
    says(run(["./nowhere"]).run(), 2, &["`./nowhere` looks like a path", "hint:"]);
    let given = run(["./app.py"]).file("app.py", "").run();
    says(given, 2, &["`./app.py` is a file", "hint: `emu run --profile ID -- ./app.py`"]);
}

#[test]
fn a_variable_without_a_value_is_a_mistake_of_usage() {
    says(run(["mimic", "--env", "TOKEN"]).run(), 2, &["`--env TOKEN`", "NAME=VALUE"]);
}

#[test]
fn an_environment_file_is_read_whole_before_it_is_refused() {
    let given = run(["mimic", "--env-file", "app.env"]).file("app.env", "A=1\nnonsense\n2B=x\n").run();
    says(given, 3, &["app.env:2", "app.env:3", "NAME=value"]);
}

#[test]
fn an_unknown_setting_is_answered_with_the_nearest_one() {
    if !docker_answers() {
        return;
    }
    let given = run(["mimic", "--set", "memory.limt=1GB"]).run();
    assert_eq!(given.stderr.matches("did you mean").count(), 1, "{}", given.stderr);
    says(given, 3, &["`memory.limt`", "memory.limit"]);
}

#[test]
fn a_limit_that_the_machine_cannot_give_is_refused_before_anything_runs() {
    if !docker_answers() {
        return;
    }
    says(run(["mimic", "--set", "memory.limit=9000GiB"]).run(), 4, &["9000 GiB", "hint:", "--set memory.limit="]);
}

#[test]
fn an_image_that_is_not_there_is_named_with_the_way_to_get_it() {
    if !docker_answers() {
        return;
    }
    says(run(["no-such-app:1"]).run(), 5, &["`no-such-app:1` is not on this machine", "docker pull no-such-app:1"]);
}

#[test]
fn an_image_for_another_processor_is_refused() {
    if !docker_answers() {
        return;
    }
    let image = "emu-test-foreign:1";
    let mut load = Command::new("docker")
        .args(["load"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("the client is there");
    load.stdin.take().expect("it was piped").write_all(&foreign(image)).expect("the client reads");
    assert!(load.wait().expect("it ends").success());
    let given = run([image, "--", "true"]).run();
    let removed = Command::new("docker").args(["rmi", image]).output().expect("the client is there");
    assert!(removed.status.success(), "{}", String::from_utf8_lossy(&removed.stderr));
    says(given, 5, &["linux/s390x", "this machine runs", "hint:"]);
}

#[test]
fn a_taken_port_is_told_with_its_holder() {
    let held = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = held.local_addr().expect("it is bound").port().to_string();
    says(run(["mimic", "--port", &port]).run(), 5, &[&format!("port {port} on 127.0.0.1 is taken"), "hint:"]);
}

#[test]
fn an_app_that_never_listens_is_given_up_at_the_boot_limit() {
    if !docker_answers() {
        return;
    }
    let given = run(["mimic", "--set", "boot.limit=2s", "--set", "restart.delay=0s", "--", "--boot-delay", "1h"]).run();
    says(given, 5, &["never served", "nothing listens"]);
}

#[test]
fn an_app_on_the_loopback_address_is_told_where_it_listens() {
    if !docker_answers() {
        return;
    }
    let given =
        run(["mimic", "--set", "boot.limit=2s", "--set", "restart.delay=0s", "--", "--listen", "127.0.0.1"]).run();
    says(given, 5, &["never served", "127.0.0.1:10000", "0.0.0.0"]);
}

#[test]
fn an_app_on_another_port_is_told_which() {
    if !docker_answers() {
        return;
    }
    let given = run(["mimic", "--set", "boot.limit=2s", "--set", "restart.delay=0s", "--", "--port", "5000"]).run();
    says(given, 5, &["never served", "5000", "10000"]);
}

#[test]
fn an_app_that_exits_at_once_has_its_last_words_shown() {
    if !docker_answers() {
        return;
    }
    let given = run(["mimic", "--set", "restart.delay=0s", "--", "--crash-at-boot", "3"]).run().status(5);
    assert!(given.stderr.contains("status 3"), "{}", given.stderr);
    assert!(given.stdout.contains("last words"), "{}", given.stdout);
}

#[test]
fn a_run_that_ends_in_a_later_start_tells_of_the_one_that_failed() {
    if !docker_answers() {
        return;
    }
    let given = run(["mimic", "--for", "5s", "--set", "restart.delay=1min", "--", "--crash-at-boot", "2"]).run();
    says(given, 5, &["never served: the app crashed with status 2 before it served; its last words: "]);
}

/// An image without a single file, for a processor that this machine does not have, as `docker load` takes it.
fn foreign(name: &str) -> Vec<u8> {
    let layer = tar::Builder::new(Vec::new()).into_inner().expect("an empty archive can be made");
    // The digest of an empty tar archive: two blocks of zeros.
    let digest = "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef";
    let config = format!(
        r#"{{"architecture":"s390x","os":"linux","config":{{}},"rootfs":{{"type":"layers","diff_ids":["sha256:{digest}"]}}}}"#
    );
    let manifest = format!(r#"[{{"Config":"config.json","RepoTags":["{name}"],"Layers":["layer.tar"]}}]"#);
    let mut image = tar::Builder::new(Vec::new());
    for (path, content) in
        [("config.json", config.as_bytes()), ("manifest.json", manifest.as_bytes()), ("layer.tar", &layer)]
    {
        let mut head = tar::Header::new_gnu();
        head.set_size(content.len() as u64);
        head.set_mode(0o644);
        image.append_data(&mut head, path, content).expect("memory takes it");
    }
    image.into_inner().expect("memory takes it")
}

/// A plan would start it again and again.
#[test]
fn a_knob_that_mimic_does_not_have_is_told_before_it_starts() {
    let run = |knob: &str| emu(["run", "mimic", "--profile", "render-free", "--", knob]).run();
    says(run("--ignore-sigterm"), 2, &["unexpected argument '--ignore-sigterm'", "'--ignore-term'", "__mimic --help"]);
    says(run("--hold=x"), 2, &["found `x`, expected a size", "__mimic --help"]);
    says(run("--help"), 2, &["tell of itself and leave", "__mimic --help"]);
}
