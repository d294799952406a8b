//! Everything here that the compiler cannot vouch for. No other file holds such code.

#![allow(unsafe_code, reason = "the one place: each block says why it holds")]

use std::convert::Infallible;
use std::ffi::{CString, c_char, c_int};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{FromRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::ptr;

use rustix::thread::UnshareFlags;

/// Signals that the helper takes note of, or that are not meant for it.
const HELD: [c_int; 4] = [libc::SIGCHLD, libc::SIGINT, libc::SIGTERM, libc::SIGHUP];

/// Holds back the end of children and what a terminal or a supervisor sends, and returns where they
/// can be heard. Never to be read for its content: it is readable when something came.
pub(super) fn hold_signals() -> io::Result<OwnedFd> {
    let held = set_of(&HELD);
    // SAFETY: `held` is an initialised set that outlives the calls; the old mask is not asked for; the
    // descriptor is new and nobody else's.
    unsafe {
        if libc::sigprocmask(libc::SIG_BLOCK, &raw const held, ptr::null_mut()) != 0 {
            return Err(io::Error::last_os_error());
        }
        match libc::signalfd(-1, &raw const held, libc::SFD_CLOEXEC | libc::SFD_NONBLOCK) {
            -1 => Err(io::Error::last_os_error()),
            descriptor => Ok(OwnedFd::from_raw_fd(descriptor)),
        }
    }
}

/// Gives a new program the signals as it expects them: none held back, none ignored.
pub(super) fn release_signals() -> io::Result<()> {
    let none = set_of(&[]);
    for signal in 1..=31 {
        // SAFETY: the default action runs no code of ours. Signals that cannot be changed are refused.
        unsafe { libc::signal(signal, libc::SIG_DFL) };
    }
    // SAFETY: `none` is an initialised set that outlives the call.
    match unsafe { libc::sigprocmask(libc::SIG_SETMASK, &raw const none, ptr::null_mut()) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

fn set_of(signals: &[c_int]) -> libc::sigset_t {
    let mut set = MaybeUninit::uninit();
    // SAFETY: `sigemptyset` initialises the whole set; `sigaddset` is given an initialised one.
    unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        for signal in signals {
            libc::sigaddset(set.as_mut_ptr(), *signal);
        }
        set.assume_init()
    }
}

/// Lets `command` do `stages` in the new process, in place of or before its program.
pub(super) fn before_program<F>(command: &mut Command, stages: F)
where
    F: FnMut() -> io::Result<()> + Send + Sync + 'static,
{
    // SAFETY: the helper has one thread, so no lock can be held by another one when the process is
    // copied: the closure may allocate and do whatever ordinary code may.
    unsafe { command.pre_exec(stages) };
}

/// Leaves the namespaces that `flags` name for new ones.
pub(super) fn unshare(flags: UnshareFlags) -> io::Result<()> {
    // SAFETY: the table of descriptors is never among the flags, and there is one thread.
    Ok(unsafe { rustix::thread::unshare_unsafe(flags & !UnshareFlags::FILES) }?)
}

/// Closes what came from whoever started emu as soon as another program runs. Kernels before 5.11 cannot.
pub(super) fn close_the_rest_later() {
    const FIRST_AFTER_OUTPUT: libc::c_uint = 3;
    // SAFETY: nothing is closed now, so no descriptor in use becomes invalid.
    unsafe {
        libc::syscall(libc::SYS_close_range, FIRST_AFTER_OUTPUT, libc::c_uint::MAX, libc::CLOSE_RANGE_CLOEXEC);
    }
}

/// Becomes another program. Returns only when that failed.
pub(super) fn execute(program: &CString, arguments: &[CString], environment: &[CString]) -> io::Result<Infallible> {
    let (arguments, environment) = (pointers(arguments), pointers(environment));
    // SAFETY: both lists end with a null pointer, and everything they point to outlives the call.
    unsafe { libc::execve(program.as_ptr(), arguments.as_ptr(), environment.as_ptr()) };
    Err(io::Error::last_os_error())
}

fn pointers(texts: &[CString]) -> Vec<*const c_char> {
    texts.iter().map(|text| text.as_ptr()).chain([ptr::null()]).collect()
}
