use std::io::{self, IsTerminal, Write};

use anstyle::{AnsiColor, Style};

use super::veil::Veil;
use super::{Exit, Failure};
use crate::spec::Secrets;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();

/// The two streams of the program: data on standard output, talk on standard error.
///
/// Colour appears only on a terminal, and never when `NO_COLOR` is set; the streams take care of it.
/// A reader who goes away (`emu … | head`) is no error. Everything goes through the veil, so that no secret
/// of an app is printed, whoever says it.
#[derive(Debug)]
pub struct Printer {
    talk_is_terminal: bool,
    data_is_terminal: bool,
    veil: Veil,
}

impl Printer {
    /// For the streams of this process.
    pub(super) fn new() -> Self {
        let (talk_is_terminal, data_is_terminal) = (io::stderr().is_terminal(), io::stdout().is_terminal());
        Self { talk_is_terminal, data_is_terminal, veil: Veil::default() }
    }

    /// Prints these no more, whatever they stand in.
    pub fn hide(&self, secrets: &Secrets) {
        self.veil.hide(secrets);
    }

    /// What hides secrets, for whoever writes past the printer.
    pub(super) fn veil(&self) -> &Veil {
        &self.veil
    }

    /// Whether a person may be looking at the talk.
    pub fn talks_to_terminal(&self) -> bool {
        self.talk_is_terminal
    }

    /// Columns of the terminal behind the talk; 100 where there is none.
    pub fn width(&self) -> usize {
        let size = rustix::termios::tcgetwinsize(io::stderr());
        size.map_or(100, |size| usize::from(size.ws_col)).max(20)
    }

    /// Columns for data: as wide as the terminal, and 100 elsewhere.
    pub fn data_width(&self) -> usize {
        if !self.data_is_terminal {
            return 100;
        }
        let size = rustix::termios::tcgetwinsize(io::stdout());
        size.map_or(100, |size| usize::from(size.ws_col)).max(40)
    }

    /// Columns of the terminal behind the data; `None` where there is none, and nothing needs to be cut.
    pub fn data_room(&self) -> Option<usize> {
        self.data_is_terminal.then(|| self.data_width())
    }

    /// Writes data and a line end.
    pub fn data(&self, text: &str) {
        ignore(writeln!(anstream::stdout().lock(), "{}", self.veil.text(text)));
    }

    /// Writes data and a line end, and tells whether a reader is there: one who goes away ends what would go on
    /// for ever.
    pub fn data_reaches(&self, text: &str) -> bool {
        let mut stdout = anstream::stdout().lock();
        writeln!(stdout, "{}", self.veil.text(text)).and_then(|()| stdout.flush()).is_ok()
    }

    /// Writes one JSON document as data.
    pub fn json(&self, value: &impl serde::Serialize) {
        match serde_json::to_string_pretty(value) {
            Ok(text) => self.data(&text),
            Err(error) => self.warn(&format!("this cannot be written as JSON: {error}")),
        }
    }

    /// Writes one JSON document in one line as data.
    pub fn json_line(&self, value: &impl serde::Serialize) {
        match serde_json::to_string(value) {
            Ok(text) => self.data(&text),
            Err(error) => self.warn(&format!("this cannot be written as JSON: {error}")),
        }
    }

    /// Writes one YAML document as data.
    pub fn yaml(&self, value: &impl serde::Serialize) {
        match serde_yaml::to_string(value) {
            Ok(text) => self.data(text.trim_end()),
            Err(error) => self.warn(&format!("this cannot be written as YAML: {error}")),
        }
    }

    /// Says something to the person and ends the line.
    pub fn say(&self, text: &str) {
        ignore(writeln!(anstream::stderr().lock(), "{}", self.veil.text(text)));
    }

    /// Writes talk as it is: no line end, for progress that rewrites its line.
    pub fn raw(&self, text: &str) {
        let mut stderr = anstream::stderr().lock();
        ignore(stderr.write_all(self.veil.text(text).as_bytes()).and_then(|()| stderr.flush()));
    }

    /// Takes back the line that the cursor is on. Only of use on a terminal. Past the stream that
    /// takes colour out, which would take this out as well.
    pub fn erase_line(&self) {
        let mut stderr = io::stderr().lock();
        ignore(stderr.write_all(b"\r\x1b[2K").and_then(|()| stderr.flush()));
    }

    /// Says what long work is under way, on a line of its own that [`Self::clear_progress`] takes back.
    /// Only on a terminal.
    pub fn progress(&self, text: &str) {
        if self.talk_is_terminal {
            self.erase_line();
            self.raw(&format!("{text} …"));
        }
    }

    /// Takes the line of [`Self::progress`] back.
    pub fn clear_progress(&self) {
        if self.talk_is_terminal {
            self.erase_line();
        }
    }

    /// Says something that deserves attention.
    pub fn warn(&self, text: &str) {
        self.say(&format!("{WARNING}warning:{WARNING:#} {text}"));
    }

    /// Says why a command failed, with its hints, and returns how the process ends.
    pub fn failure(&self, failure: &Failure) -> Exit {
        self.say(&format!("{ERROR}error:{ERROR:#} {}", failure.message));
        for hint in &failure.hints {
            self.say(&format!("{HINT}hint:{HINT:#} {hint}"));
        }
        failure.exit
    }
}

/// Prints what clap has to say: help and version are data, the rest is a mistake of usage.
pub(super) fn usage(error: &clap::Error) -> Exit {
    ignore(error.print());
    if error.use_stderr() { Exit::Usage } else { Exit::Done }
}

/// A closed pipe is the reader's right, and there is nobody to tell about a closed standard error.
fn ignore(written: io::Result<()>) {
    if let Err(error) = written {
        tracing::debug!("not written: {error}");
    }
}
