//! The helper's own life: an assignment, an app, the end of either side.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::process::{Command, Stdio};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::process::{Pid, Signal, getpid, kill_process, set_child_subreaper, setsid};

use super::channel::{Channel, Heard, write_all};
use rustix::thread::UnshareFlags;

use super::stage::{Stage, failed, reason};
use super::visit::Visit;
use super::{Ask, Assignment, Word, app, end, raw};

/// Everything was told, and nothing of the app is left.
const DONE: u8 = 0;
/// There is nobody to work for, or something is left.
const FAULT: u8 = 70;

/// How the watch over an app ends.
enum End {
    /// Its main process ended.
    Ended(i32),
    /// emu is gone.
    Abandoned,
}

/// Is the helper. Returns its exit status.
pub(super) fn run() -> u8 {
    let Ok(socket) = rustix::stdio::stdin().try_clone_to_owned() else { return FAULT };
    let mut channel = Channel::new(socket);
    // What a terminal sends to its foreground goes neither to the helper nor to the app.
    let _ = setsid();
    let assignment = match channel.wait::<Assignment>() {
        Heard::Said(assignment) => assignment,
        Heard::Nonsense(why) => {
            channel.tell(&failed("read the assignment", why));
            return FAULT;
        }
        Heard::Nothing | Heard::End => return FAULT,
    };
    match started(&assignment) {
        Ok((pid, signals)) => accompany(&assignment, pid, &mut channel, &signals),
        Err(word) => {
            channel.tell(&word);
            DONE
        }
    }
}

fn started(assignment: &Assignment) -> Result<(Pid, OwnedFd), Word> {
    set_child_subreaper(Some(getpid())).stage("adopt what the app leaves")?;
    let signals = raw::hold_signals().stage("hold signals back")?;
    Ok((start(assignment)?, signals))
}

/// Starts the app. Returns when its program runs, or when it is clear why it does not.
fn start(assignment: &Assignment) -> Result<Pid, Word> {
    let visit = assignment.enter.map(Visit::to).transpose()?;
    if visit.is_none() && assignment.room.is_some() {
        // For children only: the app is the first of its own numbers.
        raw::unshare(UnshareFlags::NEWPID).stage("make process numbers of its own")?;
    }
    let (reader, writer) = pipe_with(PipeFlags::CLOEXEC).stage("make a pipe")?;
    let mut command = Command::new("app");
    command.stdin(Stdio::null());
    let inside = assignment.clone();
    raw::before_program(&mut command, move || {
        let Err(word) = app::become_app(&inside, visit.as_ref());
        write_all(&writer, &serde_json::to_vec(&word)?)?;
        Err(io::Error::other("told through the pipe"))
    });
    let child = command.spawn();
    // The last copy of the pipe's other end, where no app runs.
    drop(command);
    match child {
        Ok(child) => {
            Pid::from_raw(child.id().cast_signed()).ok_or_else(|| failed("start a process", "it has no number"))
        }
        Err(error) => Err(told(reader).unwrap_or_else(|| failed("start a process", reason(&error)))),
    }
}

fn told(pipe: OwnedFd) -> Option<Word> {
    let mut text = Vec::new();
    File::from(pipe).read_to_end(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}

/// Stays with a running app until it or emu has ended, and leaves nothing alive.
fn accompany(assignment: &Assignment, main: Pid, channel: &mut Channel, signals: &OwnedFd) -> u8 {
    fall_silent();
    channel.tell(&Word::Started { pid: main.as_raw_pid().cast_unsigned() });
    // Another program in a running instance shares a group that is not its own to end.
    let doors = if assignment.enter.is_none() { assignment.doors.as_slice() } else { &[] };
    let end = watch(main, channel, signals);
    if let End::Ended(code) = end {
        channel.tell(&Word::Ended { code });
    }
    let gone = end::kill_all(doors, signals);
    if matches!(end, End::Abandoned) && assignment.enter.is_none() {
        let scratch = assignment.room.as_ref().map(|room| room.scratch.as_path());
        end::remove(doors, scratch, signals);
    }
    if gone { DONE } else { FAULT }
}

/// Lets go of the app's output, so that its end is the app's end.
fn fall_silent() {
    let Ok(null) = File::options().write(true).open("/dev/null") else { return };
    let _ = rustix::stdio::dup2_stdout(&null);
    let _ = rustix::stdio::dup2_stderr(&null);
}

fn watch(main: Pid, channel: &mut Channel, signals: &OwnedFd) -> End {
    loop {
        let (heard, ended) = {
            let mut ends = [PollFd::new(channel, PollFlags::IN), PollFd::new(signals, PollFlags::IN)];
            if poll(&mut ends, None).is_err() {
                continue;
            }
            (!ends[0].revents().is_empty(), !ends[1].revents().is_empty())
        };
        if ended {
            end::drain(signals.as_fd());
            if let Some(code) = end::reap(main) {
                return End::Ended(code);
            }
        }
        if heard && !obey(main, channel) {
            return End::Abandoned;
        }
    }
}

/// Does what is asked. Says whether emu is still there.
fn obey(main: Pid, channel: &mut Channel) -> bool {
    if !channel.receive() {
        return false;
    }
    loop {
        match channel.next() {
            Heard::Said(Ask::Signal(number)) => {
                // It has not been reaped, so the number is still its own.
                let _ = Signal::from_named_raw(number).map(|signal| kill_process(main, signal));
            }
            Heard::Nonsense(_) => {}
            Heard::Nothing | Heard::End => return true,
        }
    }
}
