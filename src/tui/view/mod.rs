mod apps;
mod chart;
mod figures;
mod help;
mod ink;
mod small;
mod top;

pub(super) use top::whole_seconds;

use ink::Ink;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

use super::{Controls, Model, Row};
use crate::units::Elapsed;

/// Columns and rows from which everything has its place.
pub const SMALLEST: (u16, u16) = (60, 15);
/// From this width on the log stands beside the rest.
const WIDE: u16 = 140;

/// What a user has made of the screen, and what it is drawn for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Screen {
    /// The moment that is shown, since the start of the run.
    pub now: Elapsed,
    /// What the keys are for.
    pub controls: Controls,
    /// The log has most of the room.
    pub large_log: bool,
    /// The meaning of the keys is shown in place of the log.
    pub help: bool,
    /// The text of a mark, as far as it is typed.
    pub text: String,
    /// What became of the last key.
    pub note: Option<String>,
    /// Whether there may be colour. Nothing is told by colour alone.
    pub coloured: bool,
    /// The apps to choose from, where there is a choice.
    pub apps: Vec<Row>,
    /// Which of them is shown.
    pub chosen: usize,
}

impl Screen {
    /// Nothing was typed yet.
    pub fn new(controls: Controls, coloured: bool) -> Self {
        let (large_log, help, text, note) = (false, false, String::new(), None);
        Self { now: Elapsed::ZERO, controls, large_log, help, text, note, coloured, apps: Vec::new(), chosen: 0 }
    }
}

/// Lays the run out on the frame, whatever its size.
pub fn draw(frame: &mut Frame<'_>, model: &Model, screen: &Screen) {
    let whole = frame.area();
    let list = Constraint::Length(apps::height(screen.apps.len(), whole.height));
    let [list, area] = Layout::vertical([list, Constraint::Min(0)]).areas(whole);
    apps::draw(frame, list, screen);
    run(frame, area, model, screen);
}

/// The chosen run, or the only one.
fn run(frame: &mut Frame<'_>, area: Rect, model: &Model, screen: &Screen) {
    let ink = Ink { coloured: screen.coloured };
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        return small::draw(frame, area, model, screen);
    }
    let rows = [Constraint::Length(3), Constraint::Min(0), Constraint::Length(1)];
    let [head, body, keys] = Layout::vertical(rows).areas(area);
    top::draw(frame, head, model, screen);
    let (run, log) = halves(body, screen.large_log || screen.help);
    let figures = figures::lines(model, screen, run.width);
    let rows = [Constraint::Min(0), Constraint::Length(u16::try_from(figures.len()).unwrap_or(0))];
    let [chart, below] = Layout::vertical(rows).areas(run);
    chart::draw(frame, chart, model, screen);
    frame.render_widget(Paragraph::new(figures), below);
    if screen.help {
        frame.render_widget(Paragraph::new(help::lines(screen.controls)), log);
    } else {
        frame.render_widget(Paragraph::new(log_lines(model, log, ink)), log);
    }
    frame.render_widget(Paragraph::new(help::keys(screen, area.width, ink)), keys);
}

/// Where the run stands and where its log does: beside each other on a wide screen, else below each other.
fn halves(body: Rect, large_log: bool) -> (Rect, Rect) {
    let part = Constraint::Percentage(if large_log { 60 } else { 35 });
    let [run, log] = if body.width >= WIDE {
        Layout::horizontal([Constraint::Min(70), part]).spacing(2).areas(body)
    } else {
        Layout::vertical([Constraint::Min(7), part]).areas(body)
    };
    (run, log)
}

fn log_lines(model: &Model, area: Rect, ink: Ink) -> Vec<Line<'static>> {
    let told = model.log.tail(area.height);
    told.map(|line| Line::styled(ink::fitted(&line.to_string(), area.width), ink.tone(line.tone))).collect()
}
