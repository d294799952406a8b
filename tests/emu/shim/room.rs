//! An app that is kept apart from this machine.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::lab::{Shim, command, lives, ran, script, text};
use super::{failed, root, with};
use crate::support::skip;

/// Scratch folders, each on the disk of this machine's temporary files.
fn scratch() -> Option<tempfile::TempDir> {
    if !root() {
        return None;
    }
    let scratch = tempfile::tempdir().expect("a folder");
    let mut shim = Shim::with(&within(command(&["/bin/true"]), scratch.path()));
    let word = shim.word();
    if word["failed"].is_object() {
        skip("native", &format!("no sandbox can be made: {word}"));
        return None;
    }
    shim.ended();
    Some(tempfile::tempdir().expect("a folder"))
}

/// The assignment in a room.
fn within(assignment: Value, scratch: &Path) -> Value {
    let room = json!({ "scratch": text(scratch), "hostname": null, "shm": null, "tmp": null, "groups": [] });
    with(assignment, "room", room)
}

fn room_with(mut assignment: Value, field: &str, value: Value) -> Value {
    assignment["room"][field] = value;
    assignment
}

/// The files in a folder and below it, relative to it.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            found.extend(files(&entry.path()));
        } else {
            found.push(entry.path());
        }
    }
    found.sort();
    found
}

#[test]
fn what_the_app_writes_is_on_its_own_layer_and_not_on_this_machine() {
    let Some(scratch) = scratch() else { return };
    let mark = format!("emu-shim-{}", std::process::id());
    let text = format!(
        "echo 12345 > /etc/{mark} && rm /etc/hostname; echo gone > /var/tmp/{mark}; cat /etc/{mark}; ls /etc/hostname 2>/dev/null"
    );
    let (printed, _) = ran(&within(script(&text), scratch.path()));
    assert_eq!(printed, "12345\n");
    assert!(!Path::new("/etc").join(&mark).exists() && !Path::new("/var/tmp").join(&mark).exists());
    let upper = scratch.path().join("upper");
    let kept = fs::read_to_string(upper.join("etc").join(&mark));
    assert_eq!(kept.expect("it is on the layer"), "12345\n");
    assert!(files(&upper).contains(&upper.join("var/tmp").join(&mark)));
}

#[test]
fn a_later_life_in_the_same_scratch_finds_what_the_earlier_wrote() {
    let Some(scratch) = scratch() else { return };
    assert_eq!(ran(&within(script("echo kept > /srv/note"), scratch.path())).1, 0);
    assert_eq!(ran(&within(script("cat /srv/note; echo more >> /srv/note"), scratch.path())).0, "kept\n");
    assert_eq!(ran(&within(script("cat /srv/note"), scratch.path())).0, "kept\nmore\n");
    assert!(!Path::new("/srv/note").exists());
}

#[test]
fn the_app_is_process_1_with_a_name_and_nobody_else_in_sight() {
    let Some(scratch) = scratch() else { return };
    let text = "echo $$; cat /proc/sys/kernel/hostname; ls -d /proc/[0-9]*; cut -d: -f3 /proc/self/cgroup | sort -u";
    let assignment = room_with(within(script(text), scratch.path()), "hostname", json!("web-1"));
    let (printed, _) = ran(&assignment);
    let lines: Vec<&str> = printed.lines().collect();
    assert_eq!(lines[..3], ["1", "web-1", "/proc/1"], "{printed}");
    assert_eq!(lines.last(), Some(&"/"), "{printed}");
    assert_ne!(fs::read_to_string("/proc/sys/kernel/hostname").expect("read").trim(), "web-1");
}

#[test]
fn everything_but_the_network_is_the_rooms_own() {
    let Some(scratch) = scratch() else { return };
    let spaces = ["cgroup", "ipc", "mnt", "net", "pid", "uts"];
    let text = "cd /proc/self/ns; for space in cgroup ipc mnt net pid uts; do readlink $space; done";
    let (printed, _) = ran(&within(script(text), scratch.path()));
    let ours = spaces.map(|space| fs::read_link(format!("/proc/self/ns/{space}")).expect("read"));
    let shared =
        spaces.iter().zip(&ours).zip(printed.lines()).filter(|((_, ours), its)| ours.as_path() == Path::new(its));
    assert_eq!(shared.map(|((space, _), _)| *space).collect::<Vec<_>>(), ["net"], "{printed}");
}

#[test]
fn the_app_is_not_shown_its_own_layer() {
    let Some(scratch) = scratch() else { return };
    let text = "ls -A $0; touch $0/x 2>/dev/null || echo kept";
    let assignment = within(command(&["/bin/sh", "-c", text, &super::text(scratch.path())]), scratch.path());
    assert_eq!(ran(&assignment).0, "kept\n");
}

#[test]
fn its_own_name_leads_to_itself() {
    let Some(scratch) = scratch() else { return };
    let assignment = room_with(
        within(script("cat /etc/hostname; grep web-1 /etc/hosts"), scratch.path()),
        "hostname",
        json!("web-1"),
    );
    assert_eq!(ran(&assignment).0, "web-1\n127.0.1.1\tweb-1\n");
    assert_eq!(ran(&assignment).0, "web-1\n127.0.1.1\tweb-1\n", "a second life adds no second line");
}

#[test]
fn process_1_without_a_handler_ignores_a_termination() {
    let Some(scratch) = scratch() else { return };
    let text = "trap 'echo alive' USR1; echo ready; while :; do sleep 1000 & wait; done";
    let mut shim = Shim::with(&within(script(text), scratch.path()));
    let app = shim.started();
    assert_eq!(shim.line(), "ready");
    for signal in [15, 10] {
        shim.say(&json!({ "signal": signal }));
    }
    assert_eq!(shim.line(), "alive");
    shim.say(&json!({ "signal": 9 }));
    assert_eq!(shim.ended(), 137);
    assert!(!lives(app));
}

#[test]
fn when_emu_is_gone_the_room_goes_with_all_that_is_in_it() {
    let Some(scratch) = scratch() else { return };
    let mine = scratch.path().join("instance");
    let mut shim = Shim::with(&within(script("setsid sh -c 'echo ready; exec sleep 1000' & wait"), &mine));
    let app = shim.started();
    assert_eq!(shim.line(), "ready");
    shim.socket = None;
    assert_eq!(shim.rest(), "", "nobody holds the output any more");
    shim.left();
    assert!(!lives(app) && !mine.exists());
}

#[test]
fn no_mount_of_a_room_is_seen_outside() {
    let Some(scratch) = scratch() else { return };
    let mut shim = Shim::with(&within(script("echo ready; exec sleep 1000"), scratch.path()));
    shim.started();
    assert_eq!(shim.line(), "ready");
    let mounts = fs::read_to_string("/proc/self/mountinfo").expect("read");
    assert!(!mounts.contains(&text(scratch.path())), "{mounts}");
}

#[test]
fn the_app_sees_its_devices_and_no_others() {
    let Some(scratch) = scratch() else { return };
    let text = "cd /dev; echo *; echo a > null; head -c 2 zero | wc -c; head -c 1 urandom | wc -c; stat -c %a shm; \
                test -e pts/ptmx && echo terminals";
    let (printed, _) = ran(&within(script(text), scratch.path()));
    let expected =
        "fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero\n2\n1\n1777\nterminals\n";
    assert_eq!(printed, expected);
}

#[test]
fn memory_folders_have_the_sizes_that_were_asked_for() {
    let Some(scratch) = scratch() else { return };
    let text = "stat -f -c %b*%S /dev/shm | tr '*' ' ' | while read a b; do echo $((a*b)); done; \
                stat -f -c %T-%b*%S /tmp | tr '*-' '  ' | while read t a b; do echo $t $((a*b)); done; stat -c %a /tmp; ls -A /tmp";
    let plain = within(script(text), scratch.path());
    let first = ran(&plain).0;
    assert_eq!(first.lines().next(), Some("67108864"));
    assert!(first.contains("1777"), "{first}");
    let small = room_with(room_with(plain, "shm", json!(1 << 20)), "tmp", json!(2 << 20));
    assert_eq!(ran(&small).0, "1048576\ntmpfs 2097152\n1777\n");
}

#[test]
fn this_machines_switches_cannot_be_turned() {
    let Some(scratch) = scratch() else { return };
    let text = "echo x > /proc/sys/kernel/domainname; echo $?; mkdir /sys/fs/mine; echo $?; mount -t tmpfs none /mnt; \
                echo $?; mknod /tmp/disk b 254 0; echo $?; grep CapBnd /proc/self/status";
    let (printed, _) = ran(&within(script(&format!("exec 2>/dev/null; {text}")), scratch.path()));
    let lines: Vec<&str> = printed.lines().collect();
    assert_eq!(lines.len(), 5, "{printed}");
    assert!(lines[..4].iter().all(|status| *status != "0"), "{printed}");
    // Changing owners, users and low ports are a server's daily work.
    assert_eq!(lines[4], "CapBnd:\t00000000a00425fb");
}

#[test]
fn a_group_is_shown_where_the_app_expects_its_own() {
    let Some(scratch) = scratch() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("memory.limit_in_bytes"), "123\n").expect("written");
    let text = "cat /sys/fs/cgroup/$0/memory.limit_in_bytes; ls /sys/fs/cgroup; touch /sys/fs/cgroup/$0/x 2>/dev/null || echo kept";
    let one = |name: &str| {
        let assignment = within(command(&["/bin/sh", "-c", text, name]), scratch.path());
        ran(&room_with(assignment, "groups", json!([[name, folder.path()]]))).0
    };
    assert_eq!(one("memory"), "123\nmemory\nkept\n");
    assert_eq!(one(""), "123\nmemory.limit_in_bytes\nkept\n");
}

#[test]
fn a_working_directory_that_is_missing_is_the_apps_folder_or_made() {
    let Some(scratch) = scratch() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("main"), "hello\n").expect("written");
    let mut assignment = within(script("pwd; cat main; echo more >> main; cat $0/main"), scratch.path());
    assignment["command"].as_array_mut().expect("a list").push(json!(folder.path()));
    assignment["folder"] = json!(folder.path());
    assignment["workdir"] = json!("/no/such/folder");
    assert_eq!(ran(&assignment).0, "/no/such/folder\nhello\nhello\nmore\n");
    assert_eq!(fs::read_to_string(folder.path().join("main")).expect("there"), "hello\n", "the machine's is as it was");
    assert!(!Path::new("/no").exists());
    let made = with(within(script("pwd; ls -A"), scratch.path()), "workdir", json!("/none/either"));
    assert_eq!(ran(&made).0, "/none/either\n");
}

#[test]
fn a_folder_below_a_tmp_in_memory_is_still_there() {
    let Some(scratch) = scratch() else { return };
    let folder = tempfile::Builder::new().tempdir_in("/tmp").expect("a folder");
    fs::write(folder.path().join("main"), "hello\n").expect("written");
    let mut assignment =
        room_with(within(script("pwd; cat main; touch new; ls"), scratch.path()), "tmp", json!(1 << 20));
    assignment["folder"] = json!(folder.path());
    assignment["workdir"] = Value::Null;
    assert_eq!(ran(&assignment).0, format!("{}\nhello\nmain\nnew\n", folder.path().display()));
    assert_eq!(files(folder.path()), [folder.path().join("main")]);
}

#[test]
fn a_folder_that_is_missing_is_named() {
    let Some(scratch) = scratch() else { return };
    let assignment = with(within(script(""), scratch.path()), "folder", json!("/no/such/folder"));
    let (doing, reason) = failed(&assignment);
    assert_eq!(
        (doing.as_str(), reason.as_str()),
        ("find the app's folder `/no/such/folder`", "no such file or directory")
    );
}

#[test]
fn a_user_that_nobody_knows_is_made_known_inside_alone() {
    let Some(scratch) = scratch() else { return };
    let before = fs::read_to_string("/etc/passwd").expect("read");
    let text = "id -un; id -gn; echo $HOME; touch $HOME/mine && echo written; id -u";
    let assignment = with(within(script(text), scratch.path()), "user", json!("emu-app"));
    let (printed, _) = ran(&assignment);
    assert!(printed.starts_with("emu-app\nemu-app\n/home/emu-app\nwritten\n1"), "{printed}");
    assert_eq!(ran(&assignment).0, printed, "a later life finds the same user");
    assert_eq!(fs::read_to_string("/etc/passwd").expect("read"), before);
    let grouped = with(assignment, "user", json!("emu-app:emu-crew"));
    let crew = with(grouped, "command", json!(["/bin/sh", "-c", "id -un; id -gn"]));
    assert_eq!(ran(&crew).0, "emu-app\nemu-crew\n");
}

#[test]
fn unusual_letters_in_the_scratch_folder_do_no_harm() {
    let Some(scratch) = scratch() else { return };
    let odd = scratch.path().join(r"a:b,c\d e=f");
    assert_eq!(ran(&within(script("echo x > /srv/odd; cat /srv/odd"), &odd)).0, "x\n");
    assert!(odd.join("upper/srv/odd").exists());
}

#[test]
fn the_layer_keeps_the_rights_of_what_it_covers() {
    let Some(scratch) = scratch() else { return };
    let (printed, _) = ran(&within(script("stat -c '%a %u %g' / /tmp /root"), scratch.path()));
    let expected: String = ["/", "/tmp", "/root"]
        .map(|path| fs::metadata(path).expect("there"))
        .map(|is| format!("{:o} {} {}\n", is.mode() & 0o7777, is.uid(), is.gid()))
        .concat();
    assert_eq!(printed, expected);
}

#[test]
fn another_program_runs_in_the_same_instance() {
    let Some(scratch) = scratch() else { return };
    let text = "cd /srv; echo from the app > note; ulimit -n 99; echo ready; exec sleep 1000";
    let assignment = room_with(within(script(text), scratch.path()), "hostname", json!("web-1"));
    let mut app = Shim::with(&with(assignment, "closed_network", json!(true)));
    let main = app.started();
    assert_eq!(app.line(), "ready");
    let look = "pwd; cat note; cat /proc/sys/kernel/hostname; cat /proc/1/comm; tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '; \
                grep CapBnd /proc/self/status; exit 5";
    let mut visit = with(script(look), "enter", json!(main));
    visit["workdir"] = Value::Null;
    let (printed, code) = ran(&visit);
    assert_eq!(printed, "/srv\nfrom the app\nweb-1\nsleep\nlo\nCapBnd:\t00000000a00425fb\n");
    assert_eq!(code, 5);
    assert!(lives(main), "the app does not mind");
    let elsewhere = with(with(script("pwd"), "enter", json!(main)), "workdir", json!("/var"));
    assert_eq!(ran(&elsewhere).0, "/var\n");
}

#[test]
fn another_program_runs_as_the_app_does_and_dies_with_it() {
    let Some(scratch) = scratch() else { return };
    let assignment = with(within(script("echo ready; exec sleep 1000"), scratch.path()), "user", json!("54321:12345"));
    let mut app = Shim::with(&assignment);
    let main = app.started();
    assert_eq!(app.line(), "ready");
    let mut visit = Shim::with(&with(script("id -u; id -G; exec sleep 1000"), "enter", json!(main)));
    visit.started();
    assert_eq!([visit.line(), visit.line()], ["54321", "12345"]);
    app.say(&json!({ "signal": 9 }));
    assert_eq!(app.ended(), 137);
    assert_eq!(visit.ended(), 137);
}

#[test]
fn another_program_ends_alone_when_nobody_waits_for_it() {
    let Some(scratch) = scratch() else { return };
    let mut app = Shim::with(&within(script("echo ready; exec sleep 1000"), scratch.path()));
    let main = app.started();
    assert_eq!(app.line(), "ready");
    let mut visit = Shim::with(&with(script("echo ready; exec sleep 1000"), "enter", json!(main)));
    let visitor = visit.started();
    assert_eq!(visit.line(), "ready");
    visit.socket = None;
    visit.left();
    assert!(!lives(visitor) && lives(main) && scratch.path().join("upper").exists());
}
