use super::{Detail, Line, Tag, Tone};
use crate::event::{Ending, Event, Request};
use crate::report::requests::{failed, held};
use crate::report::words;
use crate::units::Elapsed;

/// So many requests are told one by one in each window; the rest are counted.
const TOLD_PER_WINDOW: u64 = 5;
/// The length of a window.
const WINDOW: Elapsed = Elapsed::from_secs(1);

/// Requests as lines: the ones that failed or were held, a few in a second; all of them when verbose.
#[derive(Debug, Clone)]
pub(super) struct RequestLines {
    detail: Detail,
    window: Elapsed,
    told: u64,
    untold: u64,
}

impl RequestLines {
    pub(super) fn new(detail: Detail) -> Self {
        Self { detail, window: Elapsed::ZERO, told: 0, untold: 0 }
    }

    /// The count of those that were left out, once their window is over or the run is.
    pub(super) fn overdue(&mut self, event: &Event) -> Vec<Line> {
        let last = matches!(event.kind, crate::event::Kind::Finished(_));
        if !last && event.at < self.window + WINDOW {
            return Vec::new();
        }
        self.told = 0;
        let untold = std::mem::take(&mut self.untold);
        if untold == 0 {
            return Vec::new();
        }
        let text = format!("and {untold} more that failed or were held, within a second");
        Line::split(event.at, Tag::Request, Tone::Warn, &text)
    }

    pub(super) fn add(&mut self, at: Elapsed, request: &Request) -> Vec<(Tag, Tone, String)> {
        let tone = match (failed(request), held(request)) {
            (true, _) => Tone::Warn,
            (false, true) => Tone::Plain,
            (false, false) => Tone::Dim,
        };
        if self.detail == Detail::Normal && !self.may_tell(at, tone) {
            return Vec::new();
        }
        vec![(Tag::Request, tone, text(request))]
    }

    fn may_tell(&mut self, at: Elapsed, tone: Tone) -> bool {
        if tone == Tone::Dim {
            return false;
        }
        if self.told == 0 {
            self.window = at;
        }
        let room = self.told < TOLD_PER_WINDOW;
        if room {
            self.told += 1;
        } else {
            self.untold += 1;
        }
        room
    }
}

/// `7 GET /reports -> 503 in 1.2 ms (platform: waking)`.
fn text(request: &Request) -> String {
    let status = request.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
    let mut notes = Vec::new();
    if held(request) {
        notes.push(format!("held {}", request.held.human()));
    }
    if request.ending != Ending::App {
        notes.push(words::ending(request.ending));
    }
    let notes = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join(", ")) };
    let (id, took) = (request.id.0, request.total.human());
    format!("{id} {} {} -> {status} in {took}{notes}", request.method, request.path)
}
