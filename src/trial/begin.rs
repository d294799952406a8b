use std::net::SocketAddr;
use std::sync::Arc;

use tokio::sync::mpsc::{self, UnboundedSender};
use tokio::time::sleep;

use super::Script;
use crate::conduct::Command;
use crate::event::Event;
use crate::spec::Spec;
use crate::tour;
use crate::units::Elapsed;

/// Where a script plays.
pub(super) struct Stage {
    pub(super) edge: SocketAddr,
    pub(super) spec: Arc<Spec>,
    pub(super) commands: UnboundedSender<Command>,
}

/// Those beside the loop who must know what happens.
pub(super) struct Followers {
    tour: Option<UnboundedSender<Event>>,
}

impl Followers {
    pub(super) fn tell(&mut self, event: &Event) {
        if let Some(tour) = &self.tour {
            // The tour may have ended.
            let _ = tour.send(event.clone());
        }
    }
}

/// Starts what goes on beside the loop: the script, and the clock that ends the run.
pub(super) fn begin(script: &Script, length: Option<Elapsed>, stage: Stage) -> Followers {
    if let Some(length) = length {
        let commands = stage.commands.clone();
        tokio::spawn(async move {
            sleep(length.duration()).await;
            // The run may be over already.
            let _ = commands.send(Command::Finish);
        });
    }
    match script {
        Script::Visitors => Followers { tour: None },
        Script::Tour => {
            let (told, events) = mpsc::unbounded_channel();
            let Stage { edge, spec, commands } = stage;
            tokio::spawn(tour::play(tour::Stage { edge, spec, commands, events }));
            Followers { tour: Some(told) }
        }
    }
}
