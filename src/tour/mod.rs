//! The tour: mimic lives a whole life under a plan, in about a minute, and every step is told.
//!
//! The tour is only a visitor with a script: it goes through the front door like anybody else, reads
//! the run's events, and writes its sentences into the record as marks.

mod chapters;
mod visitor;
mod watcher;

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};

use crate::conduct::Command;
use crate::event::Event;
use crate::spec::Spec;
use crate::units::Elapsed;

use visitor::Visitor;
use watcher::Watcher;

/// The longest a platform timer may take on the tour, in seconds. Longer ones are warped.
const PATIENCE: u64 = 15;

/// Where the tour plays.
#[derive(Debug)]
pub struct Stage {
    /// The front door.
    pub edge: SocketAddr,
    /// What is played.
    pub spec: Arc<Spec>,
    /// The way to ask something of the run.
    pub commands: UnboundedSender<Command>,
    /// Everything that happens.
    pub events: UnboundedReceiver<Event>,
}

/// How many times faster the platform's timers must run for the tour to end in about a minute.
pub fn warp_for(spec: &Spec) -> u32 {
    let sleep = spec.sleep.as_ref().map_or(Elapsed::ZERO, |sleep| sleep.after + sleep.check_every);
    let longest = [sleep, spec.start.delay, spec.restart.delay].into_iter().max().unwrap_or(Elapsed::ZERO);
    u32::try_from(longest.millis().div_ceil(PATIENCE * 1_000)).unwrap_or(u32::MAX).max(1)
}

/// Plays the tour to its end and then asks the run to finish.
///
/// Nothing that the app or the plan does can fail the tour: what does not come within its time is
/// told as such, and the script goes on.
pub async fn play(stage: Stage) {
    let mut tour = chapters::Tour {
        visitor: Visitor::new(stage.edge),
        watcher: Watcher::new(stage.events),
        commands: stage.commands,
        spec: stage.spec,
        number: 0,
    };
    tour.play().await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::example::example;

    #[test]
    fn the_longest_timer_decides_the_warp() {
        let mut spec = example();
        spec.restart.delay = Elapsed::from_secs(28);
        spec.sleep.as_mut().unwrap().after = Elapsed::from_secs(900);
        assert_eq!(warp_for(&spec), 60);
        spec.sleep = None;
        assert_eq!(warp_for(&spec), 2);
        spec.restart.delay = Elapsed::from_secs(1);
        assert_eq!(warp_for(&spec), 1);
    }
}
