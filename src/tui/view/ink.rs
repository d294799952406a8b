use ratatui::style::{Color, Modifier, Style};
use ratatui::text::Span;

use crate::report::Tone;

/// How things are painted. Without colour, weight alone remains, and every meaning is in the words.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ink {
    pub(super) coloured: bool,
}

impl Ink {
    /// The style of a piece of news.
    pub(super) fn tone(self, tone: Tone) -> Style {
        match tone {
            Tone::Good => self.colour(Color::Green),
            Tone::Plain => Style::new(),
            Tone::Dim => Style::new().add_modifier(Modifier::DIM),
            Tone::Warn => self.colour(Color::Yellow),
            Tone::Bad => self.colour(Color::Red).add_modifier(Modifier::BOLD),
        }
    }

    /// A share of a limit, in percent.
    pub(super) fn share(self, percent: f64) -> Style {
        match percent {
            90.0.. => self.tone(Tone::Bad),
            75.0..90.0 => self.tone(Tone::Warn),
            _ => self.tone(Tone::Good),
        }
    }

    fn colour(self, colour: Color) -> Style {
        if self.coloured { Style::new().fg(colour) } else { Style::new() }
    }
}

/// What the eye should find first.
pub(super) fn strong() -> Style {
    Style::new().add_modifier(Modifier::BOLD)
}

/// As many of the parts as fit beside each other. A part is shown whole or not at all, so that no number loses its
/// unit; only the first one is cut when not even that has room.
pub(super) fn beside(parts: &[String], width: u16) -> String {
    let mut line = String::new();
    for part in parts.iter().filter(|part| !part.is_empty()) {
        if line.is_empty() {
            line = fitted(part, width);
        } else if columns(&line) + 3 + columns(part) <= usize::from(width) {
            line.push_str("   ");
            line.push_str(part);
        }
    }
    line
}

/// A text cut to a width, with a sign that it was.
pub(super) fn fitted(text: &str, width: u16) -> String {
    let width = usize::from(width);
    if columns(text) <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{kept}…")
}

/// Columns of a text: a sign may take two.
pub(super) fn columns(text: &str) -> usize {
    Span::raw(text).width()
}
