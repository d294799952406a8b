use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

use super::Screen;
use super::ink::{Ink, beside, fitted, strong};
use crate::event::State;
use crate::report::{Tone, words};
use crate::tui::Model;
use crate::units::Elapsed;

/// Three rows: what runs where, how it stands, and what comes near its limit.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, model: &Model, screen: &Screen) {
    let (ink, width) = (Ink { coloured: screen.coloured }, area.width);
    let facts = &model.facts;
    let subject = format!("{} on {}", facts.app, facts.plan);
    let subject = if facts.app.is_empty() { "no run yet".to_owned() } else { subject };
    let warp = if facts.warp > 1 { format!("timers {} times as fast", facts.warp) } else { String::new() };
    let whole = [subject, facts.address.clone(), facts.engine.clone(), warp];
    let rows = vec![
        Line::styled(beside(&whole, width), strong()),
        Line::styled(beside(&standing(model, screen.now), width), ink.tone(tone(model))),
        Line::styled(warnings(model, width), ink.tone(Tone::Warn)),
    ];
    frame.render_widget(Paragraph::new(rows), area);
}

/// `serving for 12 s`, `sleeps in 3 s if nobody comes`.
pub(super) fn standing(model: &Model, now: Elapsed) -> Vec<String> {
    let clock = format!("at {}", whole_seconds(now));
    let Some((state, why)) = model.standing.state() else { return vec!["not begun".to_owned(), clock] };
    let lasted = whole_seconds(model.standing.lasted(now));
    let mut parts = vec![format!("{} for {lasted} ({})", words::state(state), words::why(why))];
    parts.extend(next(model, state, now));
    parts.extend(held(model));
    parts.push(clock);
    parts.extend(model.phase.clone());
    parts
}

/// Visitors whose requests wait until the app is there.
fn held(model: &Model) -> Option<String> {
    let held = model.gauges.as_ref()?.held;
    (held > 0).then(|| format!("{} held", words::count(held, "request", "requests")))
}

/// What comes by itself.
fn next(model: &Model, state: State, now: Elapsed) -> Option<String> {
    match state {
        State::Serving if model.standing.kept_awake() => Some("kept awake by open connections".to_owned()),
        State::Serving => match model.standing.sleeps_in(now)? {
            Elapsed::ZERO => Some("sleep is due".to_owned()),
            left => Some(format!("sleeps in {} if nobody comes", whole_seconds(left))),
        },
        State::Starting => Some(match model.facts.boot_limit.since(model.standing.lasted(now)) {
            Elapsed::ZERO => "about to be given up".to_owned(),
            left => format!("given up in {} unless it serves", whole_seconds(left)),
        }),
        State::Asleep => Some("a visit wakes it".to_owned()),
        State::Backoff => Some("the platform pauses before it restarts".to_owned()),
        _ => None,
    }
}

fn tone(model: &Model) -> Tone {
    match model.standing.state() {
        Some((State::Serving, _)) => Tone::Good,
        Some((State::Backoff | State::Draining, _)) => Tone::Warn,
        Some((State::Suspended, _)) => Tone::Bad,
        _ => Tone::Plain,
    }
}

fn warnings(model: &Model, width: u16) -> String {
    let told: Vec<String> = model.warnings.sentences().map(|sentence| format!("! {sentence}")).collect();
    if told.is_empty() { String::new() } else { fitted(&beside(&told, width), width) }
}

/// A length without the tenths, which would make every frame a new one.
pub(in crate::tui) fn whole_seconds(length: Elapsed) -> String {
    let seconds = length.micros() / 1_000_000;
    if seconds < 60 { format!("{seconds} s") } else { Elapsed::from_secs(seconds).human() }
}
