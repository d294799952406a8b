use std::cell::RefCell;
use std::path::{Path, PathBuf};

use tokio::time::Instant;

use super::view::{Driver, View, Wanted, watch};
use crate::event::Event;
use crate::report::Fold;
use crate::tui::{Controls, Intent, Model};
use crate::units::Elapsed;

/// How far a key goes.
const STEP: Elapsed = Elapsed::from_secs(10);

/// What stands below a replay that is held.
const HELD: &str = "held: space goes on, left and right go 10 s back and forward";

/// A stored run that is played again, in its own time or faster.
pub(in crate::cli) struct Playback {
    events: Vec<Event>,
    /// The next event to be shown.
    next: usize,
    position: Elapsed,
    speed: f64,
    held: bool,
    /// When the position was last brought forward.
    moved: Instant,
    folder: PathBuf,
}

/// Plays a stored run on the terminal until its user has seen enough.
pub(in crate::cli) async fn replay(mut playback: Playback, coloured: bool) -> std::io::Result<()> {
    let view = RefCell::new(View::open(Controls::Replay, coloured)?);
    playback.moved = Instant::now();
    watch(&view, &mut playback).await;
    Ok(())
}

impl Playback {
    /// Of these events, `speed` times as fast as they happened.
    pub(in crate::cli) fn new(events: Vec<Event>, speed: f64, folder: PathBuf) -> Self {
        let (next, position, held) = (0, Elapsed::ZERO, false);
        Self { events, next, position, speed, held, moved: Instant::now(), folder }
    }

    fn end(&self) -> Elapsed {
        self.events.last().map_or(Elapsed::ZERO, |event| event.at)
    }

    /// Brings the position forward by the time that went by.
    fn go_on(&mut self) {
        let passed = std::mem::replace(&mut self.moved, Instant::now()).elapsed();
        if !self.held {
            let passed = passed.mul_f64(self.speed.min(1e6));
            self.position = (self.position + Elapsed::from(passed)).min(self.end());
        }
    }

    /// Shows everything up to the position.
    fn show(&mut self, view: &mut View) {
        while let Some(event) = self.events.get(self.next).filter(|event| event.at <= self.position) {
            view.add(event);
            self.next += 1;
        }
    }

    /// Folds know no way back: what was before is told once more from the start.
    fn seek(&mut self, to: Elapsed, view: &mut View) {
        self.position = to.min(self.end());
        (self.next, view.model, view.fold) = (0, Model::new(), Fold::new());
        self.show(view);
        view.touch();
    }
}

impl Driver for Playback {
    fn drive(&mut self, wanted: Wanted, view: &mut View) -> bool {
        match wanted {
            Wanted::Intent(Intent::Quit) => return false,
            Wanted::Intent(Intent::Pause) => self.held = !self.held,
            Wanted::Intent(Intent::Back) => self.seek(self.position.since(STEP), view),
            Wanted::Intent(Intent::Forward) => self.seek(self.position + STEP, view),
            _ => {}
        }
        true
    }

    fn now(&mut self, view: &mut View) -> Elapsed {
        self.go_on();
        self.show(view);
        if self.held && view.screen.note.is_none() {
            view.screen.note = Some(HELD.to_owned());
            view.touch();
        } else if !self.held && view.screen.note.as_deref() == Some(HELD) {
            view.screen.note = None;
            view.touch();
        }
        self.position
    }

    fn folder(&self) -> &Path {
        &self.folder
    }
}
