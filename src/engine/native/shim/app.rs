//! What the new process does before it is the app. The order matters: rights are needed until the last
//! step, and what the kernel keeps for the surroundings is not to count as the app's memory.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rustix::fs::{FileType, fchown, fstat};
use rustix::process::{
    Resource, Rlimit, Signal, Uid, geteuid, getrlimit, set_parent_process_death_signal, setrlimit, setsid,
};
use rustix::thread::UnshareFlags;

use super::room::{self, Entered};
use super::stage::{Stage, failed, named};
use super::user::{self, Identity};
use super::visit::Visit;
use super::{Assignment, Word, network, program, raw, rights};

const PASSWD: &str = "/etc/passwd";
const GROUP: &str = "/etc/group";

/// Carries the assignment out in this process, and becomes the app. Returns only when that failed.
pub(super) fn become_app(assignment: &Assignment, visit: Option<&Visit>) -> Result<Infallible, Word> {
    raw::release_signals().stage("reset the signals")?;
    raw::close_the_rest_later();
    let mut doors = Doors::open(&assignment.doors)?;
    let mut entered = surround(assignment, visit)?;
    enter_folder(assignment, visit)?;
    let identity = identity(assignment.user.as_deref(), visit, entered.as_mut())?;
    let environment = environment(&assignment.environment, identity.as_ref());
    doors.enter()?;
    if entered.is_some() {
        // From within, the app's group is the root of all groups.
        raw::unshare(UnshareFlags::NEWCGROUP).stage("make a root of control groups of its own")?;
    }
    limit_open_files(assignment.open_files)?;
    setsid().stage("begin a session of its own")?;
    match visit {
        Some(visit) => rights::keep(visit.rights())?,
        None if entered.is_some() => rights::keep(rights::IN_A_ROOM)?,
        None => {}
    }
    if let Some(identity) = &identity {
        hand_over_output(identity.uid);
        user::become_user(identity)?;
    }
    // Whoever kills the helper itself kills the app. The kernel forgets that when the user changes.
    set_parent_process_death_signal(Some(Signal::KILL)).stage("be tied to the helper")?;
    program::become_program(&assignment.command, &environment)
}

/// Makes the app's surroundings, or joins those of the process that is visited.
fn surround(assignment: &Assignment, visit: Option<&Visit>) -> Result<Option<Entered>, Word> {
    if let Some(visit) = visit {
        visit.enter()?;
        return Ok(None);
    }
    if assignment.closed_network {
        raw::unshare(UnshareFlags::NEWNET).stage("make a network of its own")?;
        network::loopback_up().stage("switch on the loopback device")?;
    }
    let enter = |room| room::enter(room, assignment.folder.as_deref(), assignment.workdir.as_deref());
    assignment.room.as_ref().map(enter).transpose()
}

/// The files by which a control group is joined, opened while they can still be found.
struct Doors(Vec<(PathBuf, File)>);

impl Doors {
    fn open(paths: &[PathBuf]) -> Result<Self, Word> {
        let open = |path: &PathBuf| {
            let file = OpenOptions::new().write(true).open(path);
            Ok((path.clone(), file.stage(format!("open {}", named(path)))?))
        };
        paths.iter().map(open).collect::<Result<_, _>>().map(Self)
    }

    /// `0` is whoever writes.
    fn enter(&mut self) -> Result<(), Word> {
        for (path, file) in &mut self.0 {
            file.write_all(b"0").stage(format!("join the control group at {}", named(path)))?;
        }
        Ok(())
    }
}

fn enter_folder(assignment: &Assignment, visit: Option<&Visit>) -> Result<(), Word> {
    let folder = match (&assignment.workdir, visit) {
        (Some(workdir), _) => workdir.as_path(),
        // It is there already.
        (None, Some(_)) => return Ok(()),
        (None, None) => assignment.folder.as_deref().unwrap_or(Path::new("/")),
    };
    rustix::process::chdir(folder).stage(format!("enter the working directory {}", named(folder)))
}

fn limit_open_files(limit: Option<u32>) -> Result<(), Word> {
    let Some(limit) = limit.map(u64::from) else { return Ok(()) };
    let allowed = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: Some(limit), maximum: Some(limit) }).map_err(|error| {
        let doing = format!("limit open files to {limit}");
        match allowed {
            Some(allowed) if allowed < limit => failed(doing, format!("emu itself may have no more than {allowed}")),
            _ => failed(doing, super::stage::reason(&io::Error::from(error))),
        }
    })
}

/// Whom the app runs as; nothing when it stays who emu is. Whom a room does not know is made known there.
fn identity(
    wanted: Option<&str>,
    visit: Option<&Visit>,
    mut entered: Option<&mut Entered>,
) -> Result<Option<Identity>, Word> {
    let Some(wanted) = wanted else { return Ok(visit.map(|visit| visit.identity(&text(PASSWD)))) };
    loop {
        let unknown = match user::find(wanted, &text(PASSWD), &text(GROUP)) {
            Ok(identity) => return Ok(Some(identity)),
            Err(unknown) => unknown,
        };
        match &mut entered {
            Some(entered) => room::welcome(entered, &unknown)?,
            None => return Err(failed(format!("become user `{wanted}`"), format!("there is no {unknown}"))),
        }
    }
}

fn text(path: &str) -> String {
    String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned()
}

/// The app's environment. A program may count on `HOME`.
fn environment(given: &BTreeMap<String, String>, identity: Option<&Identity>) -> BTreeMap<String, String> {
    let home = || match identity {
        Some(identity) => identity.home.clone(),
        None => user::home_of(geteuid().as_raw(), &text(PASSWD)),
    };
    let mut environment = given.clone();
    environment.entry("HOME".to_owned()).or_insert_with(home);
    environment
}

/// Apps open `/dev/stdout` by its name, which only the owner of the pipe may do.
fn hand_over_output(uid: u32) {
    let hand_over = |stream| {
        if fstat(stream).is_ok_and(|what| FileType::from_raw_mode(what.st_mode) == FileType::Fifo) {
            // Who may not do that has no other user's app to start.
            let _ = fchown(stream, Some(Uid::from_raw(uid)), None);
        }
    };
    hand_over(rustix::stdio::stdout());
    hand_over(rustix::stdio::stderr());
}
