use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::{LogsArgs, find, home};
use crate::background::{self, Answer, Card, Home, Question, Seen, is_log};
use crate::cli::run::painted;
use crate::cli::runs::open;
use crate::cli::{Exit, Failure, Printer, Surroundings};
use crate::event::stored::{Decoder, VERSION};
use crate::event::{Event, Kind};
use crate::report::{Detail, Lines};
use crate::units::Elapsed;

/// Shows the log of an app in the background: what is recorded, then what its supervisor tells.
pub(in crate::cli) fn run(args: &LogsArgs, printer: &Printer, surroundings: &Surroundings) -> Result<Exit, Failure> {
    let home = home(surroundings)?;
    let seen = find(&home, &args.name)?;
    let Some(card) = &seen.card else {
        printer.say(&format!("`{}` has not begun yet", seen.name));
        return Ok(Exit::Done);
    };
    let mut teller = Teller::new(args, card, printer);
    recorded(card, &mut teller, surroundings)?;
    if seen.lives {
        live(&home, &seen, args, &mut teller)?;
    }
    Ok(Exit::Done)
}

/// What the record has. A run that is not recorded has only what its supervisor still knows.
fn recorded(card: &Card, teller: &mut Teller<'_>, surroundings: &Surroundings) -> Result<(), Failure> {
    let store = open(surroundings)?;
    let Ok(run) = store.find(&card.run) else { return Ok(()) };
    for event in store.events(&run)? {
        if teller.tell(&event?) == Reader::Gone {
            return Ok(());
        }
    }
    Ok(())
}

/// What came after that.
fn live(home: &Home, seen: &Seen, args: &LogsArgs, teller: &mut Teller<'_>) -> Result<(), Failure> {
    let after = teller.last;
    let question = if args.follow { Question::Follow { after } } else { Question::Past { after } };
    let mut decoder = Decoder::new(VERSION).map_err(|_| Failure::mistake())?;
    let answers = match background::follow(home, &seen.name, question) {
        Ok(answers) => answers,
        // It has ended meanwhile.
        Err(_) if home.find(&seen.name)?.is_none_or(|again| !again.lives) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    for answer in answers {
        match answer? {
            Answer::Event(stored) => {
                let event = decoder.decode(&stored).ok().flatten();
                if event.is_some_and(|event| teller.tell(&event) == Reader::Gone) {
                    return Ok(());
                }
            }
            Answer::Missed(count) => teller.printer.warn(&format!("{count} lines came too fast and are left out")),
            Answer::Over(_) => return Ok(()),
            Answer::Status(_) | Answer::Heard => {}
        }
    }
    if args.follow {
        teller.printer.warn(&format!("the supervisor of `{}` ended without a word", seen.name));
    }
    Ok(())
}

/// Whether somebody still reads.
#[derive(Debug, PartialEq, Eq)]
enum Reader {
    There,
    Gone,
}

/// A line as JSON.
#[derive(Serialize)]
struct Entry<'e> {
    schema: u32,
    /// Wall clock, RFC 3339.
    time: String,
    /// Since the start of the run, in microseconds.
    at_us: u64,
    /// What it is about: `app`, `platform`, `state` …
    from: &'e str,
    text: &'e str,
}

/// Prints the events that belong into a log.
struct Teller<'p> {
    printer: &'p Printer,
    lines: Lines,
    json: bool,
    begun: Timestamp,
    /// What happened before this is not told.
    from: Elapsed,
    /// The number of the last event seen.
    last: Option<u64>,
}

impl<'p> Teller<'p> {
    fn new(args: &LogsArgs, card: &Card, printer: &'p Printer) -> Self {
        let now = Timestamp::now();
        let begun = card.started.parse().unwrap_or(now);
        let from = args.since.map_or(Elapsed::ZERO, |since| {
            let age = now.duration_since(begun).as_micros().max(0);
            Elapsed::from_micros(u64::try_from(age).unwrap_or_default()).since(since)
        });
        Self { printer, lines: Lines::new(Detail::Normal), json: args.json, begun, from, last: None }
    }

    fn tell(&mut self, event: &Event) -> Reader {
        self.last = Some(event.seq);
        // The fold needs them all; a log shows some.
        let lines = if matches!(event.kind, Kind::Request(_)) { Vec::new() } else { self.lines.add(event) };
        if event.at < self.from || !is_log(&event.kind) {
            return Reader::There;
        }
        let offset = SignedDuration::from_micros(i64::try_from(event.at.micros()).unwrap_or(i64::MAX));
        let time = self.begun.checked_add(offset).unwrap_or(self.begun);
        for line in &lines {
            let written = if self.json {
                let (from, text) = (line.tag.word(), line.text.as_str());
                let at_us = event.at.micros();
                let entry = Entry { schema: 1, time: time.to_string(), at_us, from, text };
                // Texts and numbers alone always have a form.
                self.printer.data_reaches(&serde_json::to_string(&entry).unwrap_or_default())
            } else {
                let clock = time.to_zoned(TimeZone::system()).strftime("%H:%M:%S");
                let text = format!("{clock} {:<8} {}", line.tag.word(), line.text);
                self.printer.data_reaches(&painted(line.tone, &text))
            };
            if !written {
                return Reader::Gone;
            }
        }
        Reader::There
    }
}
