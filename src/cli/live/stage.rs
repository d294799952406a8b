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
