use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::Screen;
use super::ink::{Ink, beside, strong};
use super::top::whole_seconds;
use crate::report::Tone;
use crate::tui::Model;
use crate::tui::model::Bucket;

/// Columns for what stands left of the chart.
const LABEL: u16 = 10;
/// Eighths of a cell, from below.
const EIGHTHS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
/// Rows from which CPU and time have rows of their own.
const ROOMY: u16 = 8;

/// Memory against its limit over the whole run, the letters of what happened below it, and where there is room
/// CPU, throttling and time.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, model: &Model, screen: &Screen) {
    let pen = Pen { ink: Ink { coloured: screen.coloured }, area };
    let (columns, buffer) = (area.width.saturating_sub(LABEL), frame.buffer_mut());
    if area.height < 4 || columns == 0 {
        return;
    }
    let past = model.history.columns(screen.now, columns);
    let extra = if area.height >= ROOMY { 3 } else { 0 };
    pen.text(buffer, 0, &headline(model, area.width), strong());
    pen.limit(buffer, model, columns);
    let bars = Rect { y: area.y + 2, height: area.height - 3 - extra, ..area };
    pen.memory(buffer, bars, &past, model);
    let marks = area.height - 1 - extra;
    pen.marks(buffer, marks, model, screen);
    if extra > 0 {
        pen.work(buffer, marks + 1, &past, model);
        pen.time(buffer, marks + 3, screen);
    }
}

fn headline(model: &Model, width: u16) -> String {
    let peak = format!("at most {}", model.status().peak.human());
    beside(&[memory(model), peak], width)
}

/// `memory    120.0 MiB of 512 MiB, 23 %`.
pub(super) fn memory(model: &Model) -> String {
    let status = model.status();
    match status.instance {
        Some(_) => {
            let percent = status.memory_percent();
            format!("memory    {} of {}, {percent:.0} %", status.need.human(), status.kill_at)
        }
        None => format!("memory    - of {}, nothing runs", status.kill_at),
    }
}

/// Writes into the chart's own rows.
struct Pen {
    ink: Ink,
    area: Rect,
}

impl Pen {
    fn text(&self, buffer: &mut Buffer, row: u16, text: &str, style: Style) {
        buffer.set_string(self.area.x, self.area.y + row, text, style);
    }

    fn cell(&self, buffer: &mut Buffer, (column, row): (u16, u16), symbol: &str, style: Style) {
        if let Some(cell) = buffer.cell_mut((self.area.x + LABEL + column, row)) {
            cell.set_symbol(symbol).set_style(style);
        }
    }

    /// The line that memory must not touch.
    fn limit(&self, buffer: &mut Buffer, model: &Model, columns: u16) {
        let style = self.ink.tone(Tone::Dim);
        self.text(buffer, 1, &format!("{:>9} ", model.status().kill_at.to_string()), style);
        (0..columns).for_each(|column| self.cell(buffer, (column, self.area.y + 1), "┄", style));
    }

    fn memory(&self, buffer: &mut Buffer, bars: Rect, past: &[Option<Bucket>], model: &Model) {
        let limit = model.status().kill_at;
        for (column, bucket) in (0_u16..).zip(past) {
            let Some(bucket) = bucket else { continue };
            let percent = bucket.need.percent_of(limit);
            let eighths = eighths(percent, bars.height);
            for row in 0..bars.height {
                let full = eighths.saturating_sub(8 * (bars.height - 1 - row)).min(8);
                if full > 0 {
                    let symbol = EIGHTHS[usize::from(full)];
                    self.cell(buffer, (column, bars.y + row), symbol, self.ink.share(percent));
                }
            }
        }
    }

    fn marks(&self, buffer: &mut Buffer, row: u16, model: &Model, screen: &Screen) {
        let columns = self.area.width - LABEL;
        self.text(buffer, row, "events", self.ink.tone(Tone::Dim));
        for (column, what) in (0_u16..).zip(model.history.landmarks(screen.now, columns)) {
            let symbol = what.map_or("·", crate::tui::model::What::letter);
            let style = if what.is_some() { strong() } else { self.ink.tone(Tone::Dim) };
            self.cell(buffer, (column, self.area.y + row), symbol, style);
        }
    }

    /// CPU against its share, and below it the throttled part.
    fn work(&self, buffer: &mut Buffer, row: u16, past: &[Option<Bucket>], model: &Model) {
        let share = f64::from(model.status().cpu_share.get().max(1));
        self.text(buffer, row, "CPU", self.ink.tone(Tone::Dim));
        self.text(buffer, row + 1, "throttled", self.ink.tone(Tone::Dim));
        for (column, bucket) in (0_u16..).zip(past) {
            let Some(bucket) = bucket else { continue };
            let cpu = bucket.cpu.map_or(0.0, |cpu| f64::from(cpu.get()) * 100.0 / share);
            let throttled = bucket.throttled_percent.unwrap_or(0.0);
            self.bar(buffer, (column, row), cpu, Style::new());
            self.bar(buffer, (column, row + 1), throttled, self.ink.tone(Tone::Warn));
        }
    }

    fn bar(&self, buffer: &mut Buffer, (column, row): (u16, u16), percent: f64, style: Style) {
        let symbol = EIGHTHS[usize::from(eighths(percent, 1))];
        self.cell(buffer, (column, self.area.y + row), symbol, style);
    }

    fn time(&self, buffer: &mut Buffer, row: u16, screen: &Screen) {
        let style = self.ink.tone(Tone::Dim);
        let end = whole_seconds(screen.now);
        let width = u16::try_from(end.chars().count()).unwrap_or(u16::MAX);
        self.text(buffer, row, "time", style);
        buffer.set_string(self.area.x + LABEL, self.area.y + row, "0 s", style);
        buffer.set_string(self.area.right().saturating_sub(width), self.area.y + row, &end, style);
    }
}

/// A share as eighths of a number of cells; anything above nothing shows.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between nothing and all cells")]
fn eighths(percent: f64, cells: u16) -> u16 {
    (percent.clamp(0.0, 100.0) / 100.0 * f64::from(cells * 8)).ceil() as u16
}
