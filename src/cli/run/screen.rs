use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use anstyle::{AnsiColor, Style};

use crate::cli::Printer;
use crate::edge::Meter;
use crate::event::Event;
use crate::report::{Detail, Line, Lines, Status, StatusFold, Tone, bar, words};
use crate::units::Elapsed;

/// The live line is drawn at most this often.
const REDRAW: Elapsed = Elapsed::from_millis(200);
/// Width of the bar of memory against its limit.
const BAR: usize = 16;

/// What a run shows while it goes on: every line of it, and on a terminal one live line below them.
pub(super) struct Screen<'p> {
    printer: &'p Printer,
    lines: Lines,
    status: StatusFold,
    meter: Arc<Meter>,
    drawn: Option<Elapsed>,
}

impl<'p> Screen<'p> {
    pub(super) fn new(printer: &'p Printer, verbose: bool, meter: Arc<Meter>) -> Self {
        let detail = if verbose { Detail::Verbose } else { Detail::Normal };
        Self { printer, lines: Lines::new(detail), status: StatusFold::new(), meter, drawn: None }
    }

    /// Shows one event.
    pub(super) fn show(&mut self, event: &Event) {
        self.status.add(event);
        let lines = self.lines.add(event);
        let told: Vec<String> = lines.iter().map(coloured).collect();
        if !self.printer.talks_to_terminal() {
            for line in &told {
                self.printer.say(line);
            }
            return;
        }
        if told.is_empty() && self.drawn.is_some_and(|drawn| event.at.since(drawn) < REDRAW) {
            return;
        }
        self.drawn = Some(event.at);
        let live = self.live(self.status.status());
        let rows: Vec<String> = told.into_iter().chain([live]).collect();
        self.printer.erase_line();
        self.printer.raw(&rows.join("\n"));
    }

    /// Takes the live line back: the run is over.
    pub(super) fn close(&self) {
        if self.drawn.is_some() {
            self.printer.erase_line();
        }
    }

    /// `serving   #########------- 298.1 MiB of 512 MiB, 58 %   CPU 0.08 of 0.1   12 requests, 3 held`.
    fn live(&self, status: &Status) -> String {
        let state = status.state.map_or("", words::state);
        let percent = status.memory_percent();
        let memory = format!("{} {} of {}, {percent:.0} %", bar(percent, BAR), status.need.human(), status.kill_at);
        let cpu = status
            .cpu
            .map_or("CPU -".to_owned(), |cpu| format!("CPU {:.2} of {}", cpu.cores(), status.cpu_share.cores()));
        let throttled = status.throttled_percent.filter(|percent| *percent >= 1.0);
        let throttled = throttled.map_or_else(String::new, |percent| format!(" ({percent:.0} % throttled)"));
        let held = self.meter.held.load(Relaxed);
        let held = if held > 0 { format!(", {held} held") } else { String::new() };
        let text = format!("{state:<9} {memory}   {cpu}{throttled}   {} requests{held}", status.requests);
        // Room for the `^C` that a terminal echoes: a line that wraps cannot be taken back.
        let fits: String = text.chars().take(self.printer.width().saturating_sub(4)).collect();
        format!("{LIVE}{fits}{LIVE:#}")
    }
}

const LIVE: Style = Style::new().bold();

/// A line with the colour of its news. The streams take colour out where it is not wanted.
pub(in crate::cli) fn coloured(line: &Line) -> String {
    painted(line.tone, &line.to_string())
}

/// A text in the colour of its news.
pub(in crate::cli) fn painted(tone: Tone, text: &str) -> String {
    let style = match tone {
        Tone::Plain => return text.to_owned(),
        Tone::Dim => Style::new().dimmed(),
        Tone::Good => AnsiColor::Green.on_default(),
        Tone::Warn => AnsiColor::Yellow.on_default(),
        Tone::Bad => AnsiColor::Red.on_default(),
    };
    format!("{style}{text}{style:#}")
}
