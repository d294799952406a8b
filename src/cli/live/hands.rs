use std::path::{Path, PathBuf};

use tokio::sync::mpsc::UnboundedSender;

use super::view::{Driver, View, Wanted};
use crate::cli::signals::Interrupts;
use crate::conduct::Command;
use crate::tui::Intent;
use crate::units::Elapsed;

/// Carries out what is wanted of a run that goes on.
pub(in crate::cli) struct Hands {
    pub(in crate::cli) commands: UnboundedSender<Command>,
    pub(in crate::cli) interrupts: Interrupts,
    /// Where a summary is saved.
    pub(in crate::cli) folder: PathBuf,
}

impl Driver for Hands {
    fn drive(&mut self, wanted: Wanted, view: &mut View) -> bool {
        let (command, note) = match wanted {
            Wanted::Intent(Intent::Quit) => {
                self.interrupts.press();
                view.screen.note = Some("stopping the app as its host would; once more kills it".to_owned());
                return true;
            }
            Wanted::Intent(Intent::Restart) => (Command::Restart, "restart asked for".to_owned()),
            Wanted::Intent(Intent::Sleep) => (Command::Sleep, "sleep asked for".to_owned()),
            Wanted::Intent(Intent::Wake) => (Command::Wake, "wake asked for".to_owned()),
            Wanted::Mark(text) => (Command::Mark(text.clone()), format!("marked: {text}")),
            Wanted::Intent(_) => return true,
        };
        // A run that is over does not listen any more.
        let sent = self.commands.send(command);
        view.screen.note = Some(if sent.is_ok() { note } else { "the run is over".to_owned() });
        true
    }

    fn now(&mut self, view: &mut View) -> Elapsed {
        view.live_now()
    }

    fn folder(&self) -> &Path {
        &self.folder
    }
}
