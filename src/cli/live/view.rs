use std::cell::RefCell;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crossterm::event::{Event as Typed, EventStream, KeyEvent};
use futures_util::StreamExt;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::stage::Stage;
use crate::event::Event;
use crate::report::{Fold, sections, text};
use crate::tui::{Controls, Intent, Model, Screen, intent};
use crate::units::Elapsed;

/// At most ten frames a second.
const FRAME: Duration = Duration::from_millis(100);
/// How long it is told what became of a key.
const TOLD: Duration = Duration::from_secs(5);
/// Bytes of a mark's text, and a few.
const TEXT: usize = 200;
/// Columns of a saved summary.
const SAVED_WIDTH: usize = 100;

/// The live view of one run: what is known of it, what is shown of it, and the terminal.
pub(in crate::cli) struct View {
    pub(super) model: Model,
    pub(super) screen: Screen,
    pub(super) fold: Fold,
    stage: Stage,
    /// What the keys are for while no text is typed.
    controls: Controls,
    heard: Instant,
    /// When the last key was pressed: what became of it is told for a while.
    typed: Instant,
    stale: bool,
}

impl View {
    /// Takes the terminal. It is given back when this is dropped.
    pub(in crate::cli) fn open(controls: Controls, coloured: bool) -> io::Result<Self> {
        let (model, fold) = (Model::new(), Fold::new());
        let screen = Screen::new(controls, coloured);
        let now = Instant::now();
        Ok(Self { model, screen, fold, stage: Stage::raise()?, controls, heard: now, typed: now, stale: true })
    }

    /// Takes the next event in. What it looks like is drawn with the next frame.
    pub(in crate::cli) fn add(&mut self, event: &Event) {
        self.model.add(event);
        self.fold.add(event);
        (self.heard, self.stale) = (Instant::now(), true);
    }

    /// The next frame shows what has changed meanwhile.
    pub(super) fn touch(&mut self) {
        self.stale = true;
    }

    /// Tells something in the last row, for a while.
    pub(super) fn say(&mut self, note: String) {
        (self.screen.note, self.typed, self.stale) = (Some(note), Instant::now(), true);
    }

    /// The moment of the run, which goes on between its events.
    pub(super) fn live_now(&self) -> Elapsed {
        if self.model.finished() { self.model.at() } else { self.model.at() + Elapsed::from(self.heard.elapsed()) }
    }

    /// Draws when something changed, or a second went by.
    pub(super) fn frame(&mut self, now: Elapsed) {
        let second = |moment: Elapsed| moment.micros() / 1_000_000;
        if self.screen.note.is_some() && self.typed.elapsed() > TOLD {
            (self.screen.note, self.stale) = (None, true);
        }
        if !self.stale && second(now) == second(self.screen.now) {
            return;
        }
        (self.screen.now, self.stale) = (now, false);
        if let Err(error) = self.stage.show(&self.model, &self.screen) {
            tracing::debug!("no frame: {error}");
        }
    }

    /// Does what concerns the screen alone. Everything else is given back, for whoever drives the run.
    pub(super) fn key(&mut self, key: KeyEvent, folder: &Path) -> Option<Wanted> {
        let wanted = intent(key, self.screen.controls)?;
        let screen = &mut self.screen;
        (self.stale, self.typed, screen.note) = (true, Instant::now(), None);
        match wanted {
            Intent::Log => screen.large_log = !screen.large_log,
            Intent::Help => screen.help = !screen.help,
            Intent::Ask => screen.controls = Controls::Asking,
            Intent::Type(letter) if screen.text.len() < TEXT => screen.text.push(letter),
            Intent::Erase => drop(screen.text.pop()),
            Intent::Leave => self.leave(),
            Intent::Done => return self.done(),
            Intent::Save => screen.note = Some(save(&self.fold, folder)),
            other => return Some(Wanted::Intent(other)),
        }
        None
    }

    fn leave(&mut self) {
        let screen = &mut self.screen;
        screen.help = false;
        screen.text.clear();
        if screen.controls == Controls::Asking {
            screen.controls = self.controls;
        }
    }

    fn done(&mut self) -> Option<Wanted> {
        let text = self.screen.text.trim().to_owned();
        self.leave();
        (!text.is_empty()).then_some(Wanted::Mark(text))
    }
}

/// What is wanted of the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) enum Wanted {
    Intent(Intent),
    Mark(String),
}

/// Whoever carries out what is wanted of a run, and knows what time it is there.
pub(in crate::cli) trait Driver {
    /// Does it. What is to be said about it becomes the view's note. `false` ends the watching.
    fn drive(&mut self, wanted: Wanted, view: &mut View) -> bool;
    /// The moment to be shown in this frame; what belongs before it is added to the view.
    fn now(&mut self, view: &mut View) -> Elapsed;
    /// Where files are saved.
    fn folder(&self) -> &Path;
}

/// Shows the run and listens to keys, until somebody is done with it.
pub(in crate::cli) async fn watch(view: &RefCell<View>, driver: &mut impl Driver) {
    let mut keys = EventStream::new();
    let mut frames = interval(FRAME);
    frames.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut deaf = false;
    loop {
        tokio::select! {
            _ = frames.tick() => {
                let mut view = view.borrow_mut();
                let now = driver.now(&mut view);
                view.frame(now);
            }
            typed = keys.next(), if !deaf => match typed {
                Some(Ok(typed)) => if !heard(&typed, &mut view.borrow_mut(), driver) { return },
                // Nobody can type any more. The run goes on, and a signal still ends it.
                Some(Err(_)) | None => deaf = true,
            },
        }
    }
}

fn heard(typed: &Typed, view: &mut View, driver: &mut impl Driver) -> bool {
    let Typed::Key(key) = typed else {
        view.touch();
        return true;
    };
    match view.key(*key, driver.folder()) {
        Some(wanted) => driver.drive(wanted, view),
        None => true,
    }
}

/// Writes the summary of the run so far, and says where.
fn save(fold: &Fold, folder: &Path) -> String {
    let summary = fold.summary();
    let path: PathBuf = folder.join(format!("emu-{}.txt", summary.run.id));
    let text = format!("{}\n", text(&sections(&summary), SAVED_WIDTH).trim_end());
    match std::fs::write(&path, text) {
        Ok(()) => format!("saved the summary so far to {}", path.display()),
        Err(error) => format!("not saved to {}: {error}", path.display()),
    }
}
