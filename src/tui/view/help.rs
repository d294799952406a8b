use ratatui::text::Line;

use super::Screen;
use super::ink::{Ink, beside, fitted, strong};
use crate::tui::Controls;

const OF_RUN: &[(&str, &str)] = &[
    ("r", "restart the app, as the platform's own button does"),
    ("s", "put the app to sleep"),
    ("w", "wake the app"),
    ("m", "mark this moment: asks for a text"),
];
const OF_APPS: &[(&str, &str)] = &[("up", "the app before this one"), ("down", "the app after this one")];
const OF_REPLAY: &[(&str, &str)] = &[("space", "hold, and go on"), ("left", "10 s back"), ("right", "10 s forward")];
const OF_BOTH: &[(&str, &str)] =
    &[("S", "save the summary so far into a file"), ("l", "a larger log, and back"), ("?", "close this help")];
const QUIT: &[(&str, &str)] = &[("q", "end; a second time: at once")];
const LEAVE: &[(&str, &str)] = &[("q", "leave; the apps go on")];
const BELOW: &str = "below the chart: M mark or phase, S sleep, W wake, K kill or crash";

/// What the keys mean, a row each, and what the letters below the chart do.
pub(super) fn lines(controls: Controls) -> Vec<Line<'static>> {
    let own: [&[(&str, &str)]; 3] = match controls {
        Controls::Replay => [OF_REPLAY, OF_BOTH, QUIT],
        Controls::Apps => [OF_APPS, OF_RUN, OF_BOTH],
        Controls::Run | Controls::Asking => [OF_RUN, OF_BOTH, QUIT],
    };
    let last = if controls == Controls::Apps { LEAVE } else { &[] };
    let rows = own.into_iter().flatten().chain(last).map(|(key, what)| Line::from(format!("{key:<6} {what}")));
    [Line::from(BELOW)].into_iter().chain(rows).collect()
}

/// What `q` does.
pub(super) fn quits(controls: Controls) -> &'static str {
    match controls {
        Controls::Run | Controls::Asking => "stops",
        Controls::Apps => "leaves",
        Controls::Replay => "ends",
    }
}

/// The last row: the text that is typed, what became of the last key, or the keys.
pub(super) fn keys(screen: &Screen, width: u16, ink: Ink) -> Line<'static> {
    if screen.controls == Controls::Asking {
        let text = format!("mark: {}_   (enter writes it, esc forgets it)", screen.text);
        return Line::styled(fitted(&text, width), strong());
    }
    if let Some(note) = &screen.note {
        return Line::styled(fitted(note, width), strong());
    }
    let own: &[&str] = match screen.controls {
        Controls::Replay => &["q end", "? help", "space hold", "left back", "right forward", "l log", "S save"],
        Controls::Apps => &["q leave", "? help", "up down choose", "r restart", "s sleep", "w wake", "m mark", "l log"],
        _ => &["q stop", "? help", "r restart", "s sleep", "w wake", "m mark", "l log", "S save"],
    };
    let own: Vec<String> = own.iter().map(|&key| key.to_owned()).collect();
    Line::styled(beside(&own, width), ink.tone(crate::report::Tone::Dim))
}
