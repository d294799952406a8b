use std::mem::swap;

use tokio::time::Instant;

use super::View;
use super::reader::What;
use crate::background::Name;
use crate::report::Fold;
use crate::tui::Model;
use crate::units::Elapsed;

/// A run in the background, as far as it was heard of.
pub(super) struct App {
    pub(super) name: Name,
    /// The id of its run.
    pub(super) run: String,
    pub(super) model: Model,
    fold: Fold,
    stage: Stage,
}

/// How far it is known.
enum Stage {
    /// Its record is being read.
    Reading,
    /// It goes on: so long after its beginning it was this moment of ours.
    Live(Elapsed, Instant),
    /// It does not go on, or is not heard any more; why.
    Over(String),
}

impl App {
    pub(super) fn new(name: &Name, run: &str) -> Self {
        let (name, run) = (name.clone(), run.to_owned());
        Self { name, run, model: Model::new(), fold: Fold::new(), stage: Stage::Reading }
    }

    /// Puts what is known of it into the view, and takes back what was there.
    pub(super) fn swap(&mut self, view: &mut View) {
        swap(&mut self.model, &mut view.model);
        swap(&mut self.fold, &mut view.fold);
    }

    /// Nothing is known of it yet.
    pub(super) fn forget(&mut self) {
        (self.model, self.fold) = (Model::new(), Fold::new());
    }

    pub(super) fn hear(&mut self, what: What) {
        match what {
            What::Events(events) => {
                for event in &events {
                    self.model.add(event);
                    self.fold.add(event);
                }
            }
            What::Live(length) => self.stage = Stage::Live(length, Instant::now()),
            What::Over(how) => self.stage = Stage::Over(how),
            What::Said(_) => {}
        }
    }

    /// The moment of its run: that of its last event unless it goes on. The model is where the view has it.
    pub(super) fn now(&self, model: &Model) -> Elapsed {
        match self.stage {
            Stage::Live(length, heard) => (length + Elapsed::from(heard.elapsed())).max(model.at()),
            Stage::Reading | Stage::Over(_) => model.at(),
        }
    }

    /// What stands in place of its state while there is none to tell.
    pub(super) fn fate(&self) -> Option<&str> {
        match &self.stage {
            Stage::Reading => Some("its record is read"),
            Stage::Live(..) => None,
            Stage::Over(how) => Some(how),
        }
    }
}
