use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

use super::ink::fitted;
use super::{SMALLEST, Screen, chart, figures, help, top};
use crate::tui::Model;

/// What is left where there is no room for a view: the words, a fact a row, and that it is too small.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, model: &Model, screen: &Screen) {
    let subject = format!("{} on {}", model.facts.app, model.facts.plan);
    let state = top::standing(model, screen.now).into_iter().next().unwrap_or_default();
    let size =
        format!("too small for the view: {}x{} needed, q {}", SMALLEST.0, SMALLEST.1, help::quits(screen.controls));
    let plain = [subject, state, chart::memory(model), size].map(|text| Line::from(fitted(&text, area.width)));
    let rest = figures::lines(model, screen, area.width);
    let rows: Vec<Line<'_>> = plain.into_iter().chain(rest).collect();
    frame.render_widget(Paragraph::new(rows), area);
}
