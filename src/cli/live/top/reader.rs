use std::path::PathBuf;
use std::sync::mpsc::SyncSender;

use crate::background::{self, Answer, Card, Home, Question, Seen};
use crate::event::Event;
use crate::event::stored::{Decoder, VERSION};
use crate::store::Store;
use crate::units::Elapsed;

/// Events of a record that are handed over at once.
const BATCH: usize = 500;

/// What was heard of a run.
pub(super) struct News {
    /// The id of the run.
    pub(super) run: String,
    pub(super) what: What,
}

pub(super) enum What {
    /// What happened, in order.
    Events(Vec<Event>),
    /// It goes on, and has done so for this long. What comes from now on happens now.
    Live(Elapsed),
    /// It is over, or not heard any more: why, in a few words.
    Over(String),
    /// What its supervisor said to a wish.
    Said(String),
}

/// Nobody watches any more.
struct Left;

/// Tells of one run: what is recorded, then what its supervisor tells, until one of them ends.
pub(super) struct Reader {
    pub(super) home: Home,
    pub(super) record: PathBuf,
    pub(super) seen: Seen,
    pub(super) run: String,
}

impl Reader {
    /// On a thread of its own, which ends with the process.
    pub(super) fn start(self, teller: SyncSender<News>) {
        std::thread::spawn(move || {
            let tell = |what| teller.send(News { run: self.run.clone(), what }).map_err(|_| Left);
            let _ = self.read(&tell);
        });
    }

    fn read(&self, tell: &impl Fn(What) -> Result<(), Left>) -> Result<(), Left> {
        let after = self.recorded(tell)?;
        let how = self.live(after, tell)?;
        tell(What::Over(how))
    }

    /// What the record has, and the number of its last event. A run that is not recorded has only what its
    /// supervisor still knows.
    fn recorded(&self, tell: &impl Fn(What) -> Result<(), Left>) -> Result<Option<u64>, Left> {
        let Ok(store) = Store::open(&self.record) else { return Ok(None) };
        let Ok(events) = store.find(&self.run).and_then(|run| store.events(&run)) else { return Ok(None) };
        let (mut last, mut batch) = (None, Vec::with_capacity(BATCH));
        // The first event that cannot be read ends it; the supervisor may still know the rest.
        for event in events.map_while(Result::ok) {
            last = Some(event.seq);
            batch.push(event);
            if batch.len() == BATCH {
                tell(What::Events(std::mem::replace(&mut batch, Vec::with_capacity(BATCH))))?;
            }
        }
        tell(What::Events(batch))?;
        Ok(last)
    }

    /// What comes after that; returns how it ended.
    fn live(&self, after: Option<u64>, tell: &impl Fn(What) -> Result<(), Left>) -> Result<String, Left> {
        let name = &self.seen.name;
        let (answers, mut decoder) = match (self.ask(after), Decoder::new(VERSION)) {
            (Ok(asked), Ok(decoder)) => (asked, decoder),
            (Err(why), _) => return Ok(why),
            (_, Err(_)) => return Ok("its events cannot be read".to_owned()),
        };
        let (length, answers) = answers;
        tell(What::Live(length))?;
        for answer in answers {
            match answer {
                Ok(Answer::Event(stored)) => match decoder.decode(&stored) {
                    Ok(Some(event)) => tell(What::Events(vec![event]))?,
                    Ok(None) => {}
                    Err(error) => return Ok(format!("not understood: {error}")),
                },
                Ok(Answer::Missed(count)) => {
                    tell(What::Said(format!("{name}: {count} events came too fast and are left out")))?;
                }
                Ok(Answer::Over(how)) => return Ok(format!("ended: {how}")),
                Ok(Answer::Heard) => return Ok(format!("started by an older emu: `emu stop {name}`, then start it")),
                Ok(Answer::Status(_)) => {}
                Err(error) => return Ok(error.to_string()),
            }
        }
        Ok(self.fate())
    }

    /// The questions to its supervisor: how long it goes on, and what happens.
    fn ask(&self, after: Option<u64>) -> Result<(Elapsed, background::Following), String> {
        let name = &self.seen.name;
        let silent = |error: background::BackgroundError| match self.home.find(name) {
            Ok(Some(again)) if again.lives => error.to_string(),
            _ => self.fate(),
        };
        let following = background::follow(&self.home, name, Question::Watch { after }).map_err(silent)?;
        match background::ask(&self.home, name, Question::Status).map_err(silent)? {
            Answer::Status(report) => Ok((Elapsed::from_micros(report.length_us), following)),
            _ => Err("its supervisor talks of something else".to_owned()),
        }
    }

    /// How it ended whose supervisor says nothing any more.
    fn fate(&self) -> String {
        self.seen.card.iter().for_each(Card::wait_for_end);
        let card = self.home.find(&self.seen.name).ok().flatten().and_then(|again| again.card);
        let card = card.filter(|card| card.run == self.run);
        card.map_or_else(
            || "ended: stopped".to_owned(),
            |card| format!("ended: {}", card.fate(background::boot().as_deref())),
        )
    }
}
