//! Several runs in the background, of which one is shown.
//!
//! A thread for each app reads its record and then listens to its supervisor ([`reader`]); what it hears is folded
//! here, between two frames.

mod app;
mod reader;

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use tokio::time::Instant;

use super::view::{Driver, View, Wanted, watch};
use crate::background::{self, Answer, BackgroundError, Home, Question, Seen};
use crate::tui::{Controls, Intent};
use crate::units::Elapsed;
use app::App;
use reader::{News, Reader, What};

/// How often it is looked for apps that were started meanwhile.
const LOOK: Duration = Duration::from_secs(1);
/// A frame takes news in for no longer than this, so that a long record does not keep a key waiting.
const FOLDING: Duration = Duration::from_millis(40);
/// News that wait for a frame. A reader that is faster than this waits.
const WAITING: usize = 1_024;

/// Which apps are watched, and where to hear of them.
pub(in crate::cli) struct Watched {
    pub(in crate::cli) home: Home,
    /// Names of those that shall be watched; empty for all.
    pub(in crate::cli) names: Vec<String>,
    /// The file with the record of runs.
    pub(in crate::cli) record: PathBuf,
    /// Where a summary is saved.
    pub(in crate::cli) folder: PathBuf,
}

/// The apps in the background.
pub(in crate::cli) struct Top {
    watched: Watched,
    apps: Vec<App>,
    /// Which of them is shown. Its model and its fold are in the view, and those of the view in it.
    chosen: usize,
    news: Receiver<News>,
    teller: SyncSender<News>,
    looked: Instant,
}

/// Watches apps on the terminal until its user has seen enough.
pub(in crate::cli) async fn top(mut top: Top, coloured: bool) -> std::io::Result<()> {
    let view = RefCell::new(View::open(Controls::Apps, coloured)?);
    watch(&view, &mut top).await;
    Ok(())
}

impl Top {
    /// Begins to listen to these.
    pub(in crate::cli) fn of(watched: Watched, living: Vec<Seen>) -> Self {
        let (teller, news) = sync_channel(WAITING);
        let mut top = Self { watched, apps: Vec::new(), chosen: 0, news, teller, looked: Instant::now() };
        for seen in living {
            let _ = top.meet(seen);
        }
        top
    }

    /// Begins to watch an app, unless this run of it is watched already. The place of one that took the place of an
    /// earlier run with its name.
    fn meet(&mut self, seen: Seen) -> Option<usize> {
        let run = seen.card.as_ref()?.run.clone();
        if self.apps.iter().any(|app| app.run == run) {
            return None;
        }
        let reader = Reader { home: self.watched.home.clone(), record: self.watched.record.clone(), seen, run };
        let app = App::new(&reader.seen.name, &reader.run);
        let earlier = self.apps.iter().position(|other| other.name == app.name);
        match earlier {
            Some(at) => self.apps[at] = app,
            None => self.apps.push(app),
        }
        reader.start(self.teller.clone());
        earlier
    }

    /// Apps that were started since the last look.
    fn look(&mut self, view: &mut View) {
        if self.looked.elapsed() < LOOK {
            return;
        }
        self.looked = Instant::now();
        // What cannot be read now may be readable in a second.
        let Ok(all) = self.watched.home.all() else { return };
        let names = &self.watched.names;
        let wanted =
            |seen: &Seen| seen.lives && (names.is_empty() || names.iter().any(|name| *name == seen.name.as_str()));
        let wanted: Vec<Seen> = all.into_iter().filter(wanted).collect();
        for seen in wanted {
            if self.meet(seen) == Some(self.chosen) {
                // What the view has is that of the run before.
                let app = &mut self.apps[self.chosen];
                app.swap(view);
                app.forget();
            }
            view.touch();
        }
    }

    /// Takes in what was heard.
    fn hear(&mut self, view: &mut View) {
        let until = Instant::now() + FOLDING;
        while Instant::now() < until {
            let Ok(News { run, what }) = self.news.try_recv() else { return };
            view.touch();
            let Some(at) = self.apps.iter().position(|app| app.run == run) else { continue };
            match what {
                What::Said(note) => view.say(note),
                What::Events(events) if at == self.chosen => events.iter().for_each(|event| view.add(event)),
                what => self.apps[at].hear(what),
            }
        }
    }

    /// Shows the one that stands so many places further in the list, which begins again at its end.
    fn choose(&mut self, further: usize, view: &mut View) {
        let at = (self.chosen + further) % self.apps.len().max(1);
        for place in [std::mem::replace(&mut self.chosen, at), at] {
            self.apps.get_mut(place).into_iter().for_each(|app| app.swap(view));
        }
        view.touch();
    }

    /// Asks the supervisor of the chosen app, and tells what it says to that.
    fn ask(&self, question: Question, done: String) {
        let Some(app) = self.apps.get(self.chosen) else { return };
        let (home, teller) = (self.watched.home.clone(), self.teller.clone());
        let (name, run) = (app.name.clone(), app.run.clone());
        std::thread::spawn(move || {
            let what = What::Said(match background::ask(&home, &name, question) {
                Ok(Answer::Heard) => format!("{name}: {done}"),
                Ok(_) => format!("{name}: its supervisor talks of something else"),
                Err(BackgroundError::Silent { .. }) => format!("{name}: nobody is there to hear that"),
                Err(error) => error.to_string(),
            });
            // Whoever asked may have left.
            let _ = teller.send(News { run, what });
        });
    }
}

impl Driver for Top {
    fn drive(&mut self, wanted: Wanted, view: &mut View) -> bool {
        match wanted {
            Wanted::Intent(Intent::Quit) => return false,
            Wanted::Intent(Intent::Previous) => self.choose(self.apps.len().max(1) - 1, view),
            Wanted::Intent(Intent::Next) => self.choose(1, view),
            Wanted::Intent(Intent::Restart) => self.ask(Question::Restart, "restart asked for".to_owned()),
            Wanted::Intent(Intent::Sleep) => self.ask(Question::Sleep, "sleep asked for".to_owned()),
            Wanted::Intent(Intent::Wake) => self.ask(Question::Wake, "wake asked for".to_owned()),
            Wanted::Mark(text) => self.ask(Question::Mark(text.clone()), format!("marked: {text}")),
            Wanted::Intent(_) => {}
        }
        true
    }

    fn now(&mut self, view: &mut View) -> Elapsed {
        self.look(view);
        self.hear(view);
        let row = |(at, app): (usize, &App)| {
            let model = if at == self.chosen { &view.model } else { &app.model };
            model.row(app.name.as_str(), app.now(model), app.fate())
        };
        let rows = self.apps.iter().enumerate().map(row).collect();
        (view.screen.apps, view.screen.chosen) = (rows, self.chosen);
        self.apps.get(self.chosen).map_or(Elapsed::ZERO, |app| app.now(&view.model))
    }

    fn folder(&self) -> &Path {
        &self.watched.folder
    }
}
