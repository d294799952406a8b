use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

use super::ink::{Ink, columns, fitted, strong};
use super::{SMALLEST, Screen};
use crate::report::Tone;
use crate::tui::apps::{HEAD, Row};

/// Columns between two cells.
const GAP: usize = 2;

/// Rows of the screen that the list of apps takes, when so many rows are there. What is shown of the chosen app
/// comes first: the list gets what it can spare, and at most a third.
pub(super) fn height(apps: usize, rows: u16) -> u16 {
    let spare = rows.saturating_sub(SMALLEST.1).min(rows / 3);
    match (apps, spare) {
        (0, _) => 0,
        // One line says which one it is.
        (_, 0 | 1) => 1,
        // The head above, an empty row below.
        (apps, spare) => spare.min(u16::try_from(apps + 2).unwrap_or(u16::MAX)),
    }
}

/// The list of apps, the chosen one marked by a sign as well as by weight.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, screen: &Screen) {
    let ink = Ink { coloured: screen.coloured };
    let rows = match area.height {
        0 => return,
        1 => vec![Line::styled(fitted(&alone(screen), area.width), strong())],
        height => list(screen, area.width, usize::from(height).saturating_sub(2).max(1), ink),
    };
    frame.render_widget(Paragraph::new(rows), area);
}

/// `> shop, 2 of 3`.
fn alone(screen: &Screen) -> String {
    let name = screen.apps.get(screen.chosen).map_or("", |row| row.name.as_str());
    format!("> {name}, {} of {}", screen.chosen + 1, screen.apps.len())
}

/// The head and so many rows of the list, among them the chosen one.
fn list(screen: &Screen, width: u16, rows: usize, ink: Ink) -> Vec<Line<'static>> {
    let cells: Vec<Vec<String>> = screen.apps.iter().map(Row::cells).collect();
    let head: Vec<String> = HEAD.iter().map(|&word| word.to_owned()).collect();
    let widths: Vec<usize> = (0..HEAD.len()).map(|at| widest(&head, &cells, at)).collect();
    let shown = fitting(&widths, width);
    let first = screen.chosen.saturating_sub(rows - 1).min(cells.len().saturating_sub(rows));
    let told = cells.iter().enumerate().skip(first).take(rows).map(|(at, row)| {
        let (sign, style) = if at == screen.chosen { ('>', strong()) } else { (' ', ratatui::style::Style::new()) };
        Line::styled(fitted(&format!("{sign} {}", line(row, &widths[..shown])), width), style)
    });
    let head = Line::styled(fitted(&format!("  {}", line(&head, &widths[..shown])), width), ink.tone(Tone::Dim));
    [head].into_iter().chain(told).collect()
}

fn widest(head: &[String], rows: &[Vec<String>], at: usize) -> usize {
    rows.iter().chain([&head.to_vec()]).filter_map(|row| row.get(at)).map(|cell| columns(cell)).max().unwrap_or(0)
}

/// How many columns have room whole; the first two are there in any case.
fn fitting(widths: &[usize], width: u16) -> usize {
    let room = |shown: &usize| widths.iter().take(*shown).map(|width| width + GAP).sum::<usize>() <= usize::from(width);
    (2..=widths.len()).rev().find(room).unwrap_or(2)
}

fn line(cells: &[String], widths: &[usize]) -> String {
    let padded = cells.iter().zip(widths).map(|(cell, width)| {
        let pad = width.saturating_sub(columns(cell));
        format!("{cell}{}", " ".repeat(pad + GAP))
    });
    padded.collect::<String>().trim_end().to_owned()
}
