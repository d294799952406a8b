use std::collections::BTreeSet;

use crate::cli::Printer;
use crate::event::{Event, Finish, Kind};
use crate::report::{StatusFold, Summary, words};
use crate::units::{Elapsed, Memory};

/// The live line is drawn at most this often.
const REDRAW: Elapsed = Elapsed::from_millis(250);
/// What a run takes beside its load, until one has been seen: the start, the stop, the engine.
const AROUND: Elapsed = Elapsed::from_secs(4);

/// How far a row of runs has come: a line for each that has ended, and on a terminal one that lives.
pub(in crate::cli) struct Progress<'p> {
    printer: &'p Printer,
    /// Runs that are still to be made, those that go on included.
    ahead: usize,
    done: usize,
    /// What one run's load takes, as its scenario says.
    load: Elapsed,
    spent: Elapsed,
    /// The runs that go on: more than one where several are made at the same time.
    going: Vec<Going>,
    drawn: Option<Elapsed>,
    noticed: BTreeSet<String>,
}

/// A run that goes on.
#[derive(Default)]
struct Going {
    title: String,
    status: StatusFold,
    phase: String,
}

impl<'p> Progress<'p> {
    pub(in crate::cli) fn new(printer: &'p Printer, total: usize, load: Elapsed) -> Self {
        Self {
            printer,
            ahead: total,
            done: 0,
            load,
            spent: Elapsed::ZERO,
            going: Vec::new(),
            drawn: None,
            noticed: BTreeSet::new(),
        }
    }

    /// The next runs begin.
    pub(in crate::cli) fn begin(&mut self, titles: Vec<String>) {
        let going = |title| Going { title, status: StatusFold::new(), phase: String::new() };
        self.going = titles.into_iter().map(going).collect();
        self.drawn = None;
    }

    /// Something happened in one of them.
    pub(in crate::cli) fn see(&mut self, at: usize, event: &Event) {
        let Some(going) = self.going.get_mut(at) else { return };
        going.status.add(event);
        if let Kind::Phase(phase) = &event.kind {
            going.phase.clone_from(&phase.name);
        }
        if let Kind::Notice { text } = &event.kind {
            // What every run says alike is said once.
            let line = format!("{}: {text}", going.title);
            if self.noticed.insert(text.clone()) {
                self.line(&line);
            }
        }
        // One line tells of one run: the first of those that go on.
        let due = at == 0 && self.drawn.is_none_or(|drawn| event.at.since(drawn) >= REDRAW);
        if self.printer.talks_to_terminal() && due {
            self.drawn = Some(event.at);
            self.draw(event.at);
        }
    }

    /// One of them has ended, and so many are still to be made.
    pub(in crate::cli) fn end(&mut self, at: usize, summary: &Summary, ahead: usize) {
        self.done += 1;
        self.spent += summary.length;
        self.ahead = ahead;
        let goes_on = ahead > 0 && summary.finish != Some(Finish::Interrupted);
        let left = self.left(Elapsed::ZERO).filter(|_| goes_on);
        let left = left.map_or_else(String::new, |left| format!("; {left} left"));
        let title = self.going.get(at).map_or("", |going| &going.title);
        self.line(&format!("{title}: {}{left}", told(summary)));
    }

    /// Something that the row of runs as a whole has to say.
    pub(in crate::cli) fn line(&self, text: &str) {
        self.printer.clear_progress();
        self.printer.say(text);
    }

    fn draw(&self, at: Elapsed) {
        let Some(going) = self.going.first() else { return };
        let status = going.status.status();
        let state = status.state.map_or("", words::state);
        let phase = if going.phase.is_empty() { String::new() } else { format!(", {}", going.phase) };
        let left = self.left(at).map_or_else(String::new, |left| format!("   {left} left"));
        // The time left stands before what a narrow terminal has no room for.
        let memory = format!("{} of {}", status.need.human(), status.kill_at);
        let text = format!("{}{left}   {state}{phase}   {memory}   {} requests", going.title, status.requests);
        // Room for the `^C` that a terminal echoes: a line that wraps cannot be taken back.
        let fits: String = text.chars().take(self.printer.width().saturating_sub(4)).collect();
        self.printer.erase_line();
        self.printer.raw(&fits);
    }

    /// What is still to come, judged by the runs that have ended; `at` is the time in the present one.
    pub(in crate::cli) fn left(&self, at: Elapsed) -> Option<String> {
        let together = self.going.len().max(1);
        let runs = u64::try_from(self.ahead.div_ceil(together)).ok()?;
        let done = u64::try_from(self.done).ok()?;
        let each = self.spent.micros().checked_div(done).map_or(self.load + AROUND, Elapsed::from_micros);
        Some(about(Elapsed::from_micros(each.micros().saturating_mul(runs)).since(at)))
    }
}

/// As fine as a guess deserves: to the second, above 20 s to 5 s, above 3 min to the minute.
fn about(guess: Elapsed) -> String {
    let seconds = guess.micros().div_ceil(1_000_000).max(1);
    let step = match seconds {
        0..20 => 1,
        20..180 => 5,
        _ => 60,
    };
    let rounded = seconds.div_ceil(step) * step;
    if rounded < 60 { format!("about {rounded} s") } else { format!("about {}", Elapsed::from_secs(rounded).human()) }
}

/// What one run came to, in a line.
fn told(summary: &Summary) -> String {
    let mut parts = Vec::new();
    match &summary.finish {
        Some(Finish::Completed) | None => {}
        Some(other) => parts.push(words::finish(other)),
    }
    let boot = summary.first_start().and_then(|start| Some(start.boot? + start.answer?));
    parts.extend(boot.map(|boot| format!("boot {}", boot.human())));
    let need =
        |peak: Memory, kill_at: Memory| format!("peak need {} ({:.0} %)", peak.human(), peak.percent_of(kill_at));
    parts.extend(summary.memory.as_ref().map(|memory| need(memory.peak.need, memory.kill_at)));
    let loads: Vec<_> = summary.phases.iter().filter_map(|phase| phase.load.as_ref()).collect();
    let (due, answered) = loads.iter().fold((0, 0), |sum, load| (sum.0 + load.due, sum.1 + load.answered));
    if answered < due {
        parts.push(format!("{answered} of {due} requests as expected"));
    } else if due > 0 {
        parts.push(words::count(due, "request", "requests"));
    }
    if !summary.kills.is_empty() {
        parts.push(words::count(summary.kills.len() as u64, "kill", "kills"));
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guess_is_no_finer_than_it_deserves() {
        let said = |millis| about(Elapsed::from_millis(millis));
        let expected = [
            (0, "about 1 s"),
            (12_300, "about 13 s"),
            (48_500, "about 50 s"),
            (58_000, "about 1 min"),
            (103_000, "about 1 min 45 s"),
            (200_000, "about 4 min"),
            (7_500_000, "about 2 h 5 min"),
        ];
        for (millis, words) in expected {
            assert_eq!(said(millis), words);
        }
    }
}
