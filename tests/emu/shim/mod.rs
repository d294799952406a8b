//! The helper of the embedded engine, alone: what it is told, what it does, what it tells.

mod lab;
mod room;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::{Signal, geteuid, kill_process};
use serde_json::{Value, json};

use crate::support::skip;
use lab::{Shim, command, lives, ran, script, text};

fn root() -> bool {
    let is_root = geteuid().is_root();
    if !is_root {
        skip("native", "only root may do that");
    }
    is_root
}

/// Why an app could not be run.
fn cannot(assignment: &Value) -> String {
    let mut shim = Shim::with(assignment);
    let word = shim.word();
    shim.left();
    word["cannot-run"]["reason"].as_str().unwrap_or_else(|| panic!("it could be run: {word}")).to_owned()
}

/// What could not be done, and why.
fn failed(assignment: &Value) -> (String, String) {
    let mut shim = Shim::with(assignment);
    let word = shim.word();
    shim.left();
    let part = |name: &str| word["failed"][name].as_str().unwrap_or_else(|| panic!("not failed: {word}")).to_owned();
    (part("doing"), part("reason"))
}

/// The assignment with a field changed.
fn with(mut assignment: Value, field: &str, value: Value) -> Value {
    assignment[field] = value;
    assignment
}

#[test]
fn an_exit_status_is_told_after_all_output() {
    assert_eq!(ran(&script("echo one; echo two >&2; exit 7")), ("one\n".into(), 7));
    assert_eq!(ran(&script("exit 0")), (String::new(), 0));
}

#[test]
fn a_signal_is_told_as_a_shell_does() {
    assert_eq!(ran(&script("kill -9 $$")), (String::new(), 137));
    assert_eq!(ran(&script("kill -15 $$")), (String::new(), 143));
}

#[test]
fn the_app_gets_exactly_its_environment_folder_and_no_input() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut assignment = script("pwd; env | sort; cat; readlink /proc/self/fd/0");
    assignment["environment"] = json!({ "PATH": "/usr/bin:/bin", "HOME": "/h", "A": "b c" });
    assignment["workdir"] = Value::Null;
    assignment["folder"] = json!(text(folder.path()));
    let folder = folder.path().display();
    let expected = format!("{folder}\nA=b c\nHOME=/h\nPATH=/usr/bin:/bin\nPWD={folder}\n/dev/null\n");
    assert_eq!(ran(&assignment), (expected, 0));
}

#[test]
fn nothing_of_emus_and_nothing_of_its_parents_is_open_in_the_app() {
    // As a shell leaves descriptors open to the programs it starts.
    let _left_open = rustix::io::dup(rustix::stdio::stdin()).expect("a descriptor");
    // Whoever lists a folder has it open.
    let (printed, _) = ran(&script("cd /proc/self/fd; echo *"));
    assert_eq!(printed, "0 1 2 3\n");
}

#[test]
fn signals_are_as_a_fresh_program_expects_them() {
    let (printed, _) = ran(&script("grep -E 'SigBlk|SigIgn' /proc/self/status"));
    // Two signals belong to the C library; no program can change them.
    let ordinary = |line: &str| u64::from_str_radix(&line[8..], 16).expect("a mask") & !(0b11 << 31);
    assert_eq!(printed.lines().map(ordinary).collect::<Vec<_>>(), [0, 0], "{printed}");
}

#[test]
fn the_app_has_a_session_of_its_own() {
    let mut shim = Shim::with(&script("cut -d' ' -f1,5,6 /proc/$$/stat; exec cat"));
    let pid = shim.started();
    assert_eq!(shim.line(), format!("{pid} {pid} {pid}"));
}

#[test]
fn a_signal_that_is_asked_for_reaches_the_main_process_alone() {
    let text = "trap 'echo heard; exit 3' TERM; sh -c 'trap \"echo wrong\" TERM; echo ready; while :; do sleep 1000; done' & wait";
    let mut shim = Shim::with(&script(text));
    shim.started();
    assert_eq!(shim.line(), "ready");
    shim.say(&json!({ "signal": 15 }));
    assert_eq!(shim.rest(), "heard\n");
    assert_eq!(shim.ended(), 3);
}

#[test]
fn the_helper_itself_ignores_what_a_terminal_sends() {
    let mut shim = Shim::with(&script("echo ready; exec sleep 1000"));
    let app = shim.started();
    assert_eq!(shim.line(), "ready");
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        kill_process(shim.pid(), signal).expect("sent");
    }
    shim.say(&json!({ "signal": 9 }));
    assert_eq!(shim.ended(), 137);
    assert!(!lives(app));
}

#[test]
fn a_daemon_that_forked_twice_dies_with_the_app() {
    let mut shim = Shim::with(&script("echo $(setsid sh -c 'sleep 1000 > /dev/null & echo $!'); exit 4"));
    shim.started();
    let daemon: i32 = shim.line().parse().expect("a process number");
    assert_eq!(shim.rest(), "");
    assert_eq!(shim.ended(), 4);
    assert!(!lives(daemon));
}

#[test]
fn orphans_that_end_while_the_app_runs_are_not_kept() {
    // The number of an orphan is gone only when somebody waited for it.
    let look = "orphan=$(sh -c 'sh -c : > /dev/null & echo $!'); i=0; \
                while [ -e /proc/$orphan ] && [ $i -lt 1000000 ]; do i=$((i+1)); done; test -e /proc/$orphan || echo gone";
    assert_eq!(ran(&script(look)).0, "gone\n");
}

#[test]
fn when_emu_is_gone_the_whole_tree_goes() {
    let mut shim = Shim::with(&script("setsid sh -c 'echo $$; exec sleep 1000' & trap '' TERM; echo $$; wait"));
    let app = shim.started();
    let daemon: i32 =
        [shim.line(), shim.line()].iter().filter_map(|line| line.parse().ok()).find(|pid| *pid != app).expect("two");
    assert!(lives(app) && lives(daemon));
    shim.socket = None;
    assert_eq!(shim.rest(), "");
    shim.left();
    assert!(!lives(app) && !lives(daemon));
}

#[test]
fn whoever_kills_the_helper_kills_the_app() {
    let mut shim = Shim::with(&script("echo ready; exec sleep 1000"));
    shim.started();
    assert_eq!(shim.line(), "ready");
    kill_process(shim.pid(), Signal::KILL).expect("killed");
    assert_eq!(shim.rest(), "", "nobody holds the output any more");
}

#[test]
fn the_helper_has_a_session_of_its_own_too() {
    let mut shim = Shim::with(&script("exec sleep 1000"));
    shim.started();
    assert_eq!(rustix::process::getsid(Some(shim.pid())), Ok(shim.pid()));
}

#[test]
fn whatever_is_in_the_group_goes_with_it_when_emu_is_gone() {
    if !root() {
        return;
    }
    let Some(group) = Group::make() else { return };
    let mut stranger = Command::new("sleep").arg("1000").spawn().expect("started");
    fs::create_dir(group.0.join("inner")).expect("made");
    fs::write(group.0.join("inner/cgroup.procs"), stranger.id().to_string()).expect("joined");
    let mut shim = Shim::with(&with(script("echo ready; exec sleep 1000"), "doors", json!([group.door()])));
    let app = shim.started();
    assert_eq!(shim.line(), "ready");
    assert_eq!(fs::read_to_string(group.door()).expect("read").trim(), app.to_string());
    shim.socket = None;
    let ended = stranger.wait().expect("waited");
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&ended), Some(9));
    shim.left();
    assert!(!lives(app) && !group.0.exists());
}

#[test]
fn the_group_stays_when_the_app_ended_by_itself() {
    if !root() {
        return;
    }
    let Some(group) = Group::make() else { return };
    assert_eq!(ran(&with(script("exit 3"), "doors", json!([group.door()]))).1, 3);
    assert!(group.0.exists(), "its counters are still to be read");
}

/// A control group of the test's own.
struct Group(PathBuf);

impl Group {
    fn make() -> Option<Self> {
        let place = ["/sys/fs/cgroup/pids", "/sys/fs/cgroup"];
        let place = place.into_iter().map(Path::new).find(|place| place.join("cgroup.procs").exists());
        let Some(place) = place else {
            skip("native", "there are no control groups");
            return None;
        };
        let folder = tempfile::Builder::new().prefix("emu-shim-test-").tempdir_in(place);
        let Ok(folder) = folder else {
            skip("native", "no control group can be made");
            return None;
        };
        Some(Self(folder.keep()))
    }

    fn door(&self) -> PathBuf {
        self.0.join("cgroup.procs")
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let _ = fs::remove_dir(self.0.join("inner"));
        let _ = fs::remove_dir(&self.0);
    }
}

#[test]
fn a_helper_whose_emu_dies_before_it_speaks_leaves() {
    let mut shim = Shim::idle();
    shim.socket = None;
    assert_eq!(shim.status(), Some(70));
}

#[test]
fn an_assignment_that_cannot_be_understood_is_told() {
    let mut shim = Shim::idle();
    shim.say(&json!({ "command": 7 }));
    assert_eq!(shim.word()["failed"]["doing"], "read the assignment");
    assert_eq!(shim.status(), Some(70));
}

#[test]
fn what_cannot_be_run_is_told_with_its_reason() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, content: &[u8], mode: u32| {
        let path = folder.path().join(name);
        fs::write(&path, content).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("changed");
        text(&path)
    };
    assert_eq!(cannot(&command(&["/no/such/program"])), "no such file or directory");
    assert_eq!(cannot(&command(&["no-such-program"])), "there is no `no-such-program` in `PATH`");
    assert_eq!(cannot(&command(&[&file("plain", b"#!/bin/sh\n", 0o644)])), "permission denied");
    assert_eq!(cannot(&command(&["/etc"])), "permission denied");
    assert_eq!(cannot(&command(&[&file("junk", b"just a text\n", 0o755)])), "exec format error");
    assert_eq!(cannot(&command(&[&file("lost", b"#!/no/interpreter\n", 0o755)])), "its interpreter is missing");
    assert_eq!(cannot(&command(&[])), "the command is empty");
}

#[test]
fn a_program_is_found_in_the_apps_own_path() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = folder.path().join("greet");
    fs::write(&program, "#!/bin/sh\necho from here\n").expect("written");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("changed");
    let path = json!({ "PATH": format!("/nowhere:{}", folder.path().display()) });
    assert_eq!(ran(&with(command(&["greet"]), "environment", path)), ("from here\n".into(), 0));
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let (doing, reason) = failed(&with(script(""), "workdir", json!("/no/such/folder")));
    assert_eq!(
        (doing.as_str(), reason.as_str()),
        ("enter the working directory `/no/such/folder`", "no such file or directory")
    );
}

#[test]
fn a_user_that_is_not_known_is_named() {
    let (doing, reason) = failed(&with(script(""), "user", json!("no-such-user")));
    assert_eq!((doing.as_str(), reason.as_str()), ("become user `no-such-user`", "there is no user `no-such-user`"));
}

#[test]
fn a_door_that_is_not_there_is_named() {
    let (doing, reason) = failed(&with(script(""), "doors", json!(["/no/cgroup.procs"])));
    assert_eq!((doing.as_str(), reason.as_str()), ("open `/no/cgroup.procs`", "no such file or directory"));
}

#[test]
fn the_app_joins_its_group_before_it_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let doors = ["one", "two"].map(|name| folder.path().join(name).join("cgroup.procs"));
    for door in &doors {
        fs::create_dir(door.parent().expect("a parent")).expect("made");
        fs::write(door, "").expect("written");
    }
    let text = format!("cat {} {}", doors[0].display(), doors[1].display());
    assert_eq!(ran(&with(script(&text), "doors", json!(doors))), ("00".into(), 0));
}

#[test]
fn open_files_are_limited_for_good() {
    assert_eq!(ran(&with(script("ulimit -Sn; ulimit -Hn"), "open_files", json!(77))).0, "77\n77\n");
}

#[test]
fn more_open_files_than_emu_may_have_are_refused() {
    let allowed = rustix::process::getrlimit(rustix::process::Resource::Nofile).maximum;
    let (doing, reason) = failed(&with(script(""), "open_files", json!(u32::MAX)));
    assert_eq!(doing, format!("limit open files to {}", u32::MAX));
    assert_eq!(reason, format!("emu itself may have no more than {}", allowed.expect("a limit")));
}

#[test]
fn a_user_gets_its_own_number_home_and_output() {
    if !root() {
        return;
    }
    let assignment = with(script("id -u; id -g; echo $HOME; echo here > /dev/stdout"), "user", json!("nobody"));
    let (printed, code) = ran(&assignment);
    let passwd = fs::read_to_string("/etc/passwd").expect("read");
    let nobody: Vec<&str> =
        passwd.lines().find(|line| line.starts_with("nobody:")).expect("there").split(':').collect();
    assert_eq!((printed, code), (format!("{}\n{}\n{}\nhere\n", nobody[2], nobody[3], nobody[5]), 0));
}

#[test]
fn a_number_with_a_group_is_a_user_too() {
    if !root() {
        return;
    }
    let assignment = with(script("id -u; id -g; id -G"), "user", json!("54321:12345"));
    assert_eq!(ran(&assignment).0, "54321\n12345\n12345\n");
}

#[test]
fn a_closed_network_is_its_loopback_device_and_nothing_else() {
    if !root() {
        return;
    }
    let text = "tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '; grep -c '127.0.0.1' /proc/net/fib_trie";
    let (printed, _) = ran(&with(script(text), "closed_network", json!(true)));
    let lines: Vec<&str> = printed.lines().collect();
    assert_eq!(lines.first(), Some(&"lo"));
    assert_eq!(lines.len(), 2, "{printed}");
    assert_ne!(lines[1], "0", "the loopback device is on and has its address");
}
