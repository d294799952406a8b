use std::io::{self, BufWriter, Stderr};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use crossterm::cursor::Show;
use crossterm::execute;
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

use crate::tui::{Model, Screen, draw};

/// Whether the terminal is in the state of the live view. One terminal, one state.
static RAISED: AtomicBool = AtomicBool::new(false);

/// The terminal while the live view has it: every key is told at once, and what stood there before comes back when
/// this is dropped.
pub(super) struct Stage {
    terminal: Terminal<CrosstermBackend<BufWriter<Stderr>>>,
}

impl Stage {
    pub(super) fn raise() -> io::Result<Self> {
        RAISED.store(true, SeqCst);
        // From here on the drop takes back whatever was done, also when only a part of it was.
        let stage = Self { terminal: Terminal::new(CrosstermBackend::new(BufWriter::new(io::stderr())))? };
        enable_raw_mode()?;
        execute!(io::stderr(), EnterAlternateScreen)?;
        Ok(stage)
    }

    pub(super) fn show(&mut self, model: &Model, screen: &Screen) -> io::Result<()> {
        self.terminal.draw(|frame| draw(frame, model, screen)).map(|_| ())
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        lower();
    }
}

/// Gives the terminal back as it was, where the live view has it. The first thing a panic does, so that its words
/// can be read.
pub(in crate::cli) fn lower() {
    if RAISED.swap(false, SeqCst) {
        let left = execute!(io::stderr(), LeaveAlternateScreen, Show).and_then(|()| disable_raw_mode());
        if let Err(error) = left {
            tracing::debug!("the terminal is gone: {error}");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::Read;
    use std::process::{Command, Stdio};

    use rustix::fs::{Mode, OFlags, open};
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    use rustix::termios::{LocalModes, tcgetattr};

    use super::*;

    /// Says to this test, started once more on a terminal of its own, that it is that one.
    const ON_STAGE: &str = "EMU_TEST_ON_STAGE";

    #[test]
    fn a_panic_gives_the_terminal_back_before_it_says_a_word() {
        if std::env::var_os(ON_STAGE).is_some() {
            crate::cli::tell_panics(&crate::cli::Printer::new());
            let _stage = Stage::raise().expect("a terminal");
            panic!("a mistake of ours");
        }
        let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("this machine has terminals");
        grantpt(&terminal).and_then(|()| unlockpt(&terminal)).expect("a terminal is granted");
        let name = ptsname(&terminal, Vec::new()).expect("a terminal has a name");
        let inside = File::from(open(&name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).expect("it can be opened"));
        let end = || Stdio::from(inside.try_clone().expect("a descriptor can be copied"));
        let own = "cli::live::stage::tests::a_panic_gives_the_terminal_back_before_it_says_a_word";
        let mut child = Command::new(std::env::current_exe().expect("a test has a program"))
            .args([own, "--exact", "--nocapture"])
            .envs([(ON_STAGE, "1"), ("TERM", "xterm")])
            .stdin(end())
            .stdout(end())
            .stderr(end())
            .spawn()
            .expect("the test can be started once more");
        let mut terminal = File::from(terminal);
        let (mut seen, mut piece) = (Vec::new(), [0; 4096]);
        // The test runner's last word.
        while !String::from_utf8_lossy(&seen).contains("test result:") {
            let read = terminal.read(&mut piece).expect("what is written can be read");
            seen.extend_from_slice(&piece[..read]);
        }
        assert!(!child.wait().expect("it ends").success(), "it panics");
        let seen = String::from_utf8_lossy(&seen);
        let raised = seen.find("\x1b[?1049h").expect("the stage is raised");
        let lowered = seen.find("\x1b[?1049l").expect("the stage is lowered");
        let said = seen.find("a mistake of ours").expect("the panic is told");
        assert!(raised < lowered && lowered < said, "{seen:?}");
        assert_eq!(seen.matches("\x1b[?1049l").count(), 1, "it is lowered once");
        let modes = tcgetattr(&inside).expect("a terminal has modes").local_modes;
        assert!(modes.contains(LocalModes::ICANON | LocalModes::ECHO), "the terminal is left raw");
    }
}
