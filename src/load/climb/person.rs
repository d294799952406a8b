use std::rc::Rc;

use tokio::sync::mpsc::UnboundedSender;
use tokio::time::sleep;

use crate::load::phase::Ground;
use crate::load::tally::Moments;
use crate::load::walk::{Failed, User};
use crate::load::wire::Dial;
use crate::pace::Pauses;
use crate::scenario::{Step, Think};
use crate::units::Elapsed;

/// Whom nobody answered waits at least so long, as people do.
const AFTER_SILENCE: Elapsed = Elapsed::from_millis(100);

/// What all users of a climb have in common.
pub(super) struct Custom<D: Dial> {
    pub(super) ground: Rc<Ground<D>>,
    /// What each does first, and never again.
    pub(super) first: Option<Step>,
    /// What each does then, again and again. Never empty.
    pub(super) round: Vec<Step>,
    pub(super) think: Think,
    pub(super) seed: u64,
}

/// A turn of somebody has ended.
pub(super) struct Turn {
    pub(super) user: u32,
    pub(super) at: Moments,
    pub(super) outcome: Result<(), Failed>,
}

impl<D: Dial> Custom<D> {
    /// One user: comes, and takes one turn after the other until nobody wants to hear of it. Whoever drops this
    /// closes their tab.
    pub(super) async fn live(self: Rc<Self>, user: u32, tell: UnboundedSender<Turn>) {
        let mut someone = User::default();
        let mut pauses = Pauses::new(self.think, self.seed, user);
        let mut place = self.first.is_none().then_some(0);
        loop {
            let turn = self.turn(user, &mut someone, place).await;
            let (well, silent) = (turn.outcome.is_ok(), turn.outcome.as_ref().is_err_and(|failed| failed.silence));
            if tell.send(turn).is_err() {
                return;
            }
            place = self.next(place, well);
            let pause = pauses.pause();
            think(&mut someone, if silent { pause.max(AFTER_SILENCE) } else { pause }).await;
        }
    }

    /// Whoever came in vain comes again; whoever fails later begins the round anew.
    fn next(&self, place: Option<usize>, well: bool) -> Option<usize> {
        match place {
            None => well.then_some(0),
            Some(at) if well => Some((at + 1) % self.round.len().max(1)),
            Some(_) => Some(0),
        }
    }

    /// Does the step at this place of the round, or the first of all.
    async fn turn(&self, user: u32, someone: &mut User<D>, place: Option<usize>) -> Turn {
        let watch = self.ground.house.watch;
        let sent = watch.now();
        let step = place.map_or(self.first.as_ref(), |at| self.round.get(at));
        let outcome = match step {
            Some(step) => someone.take(&self.ground, step).await.map(drop),
            None => Ok(()),
        };
        Turn { user, at: Moments { due: sent, sent, ended: watch.now() }, outcome }
    }
}

/// Does nothing for so long, but keeps the socket alive. One that is lost is opened again by the next turn.
async fn think<D: Dial>(someone: &mut User<D>, pause: Elapsed) {
    let over = sleep(pause.duration());
    tokio::pin!(over);
    loop {
        tokio::select! {
            biased;
            () = &mut over => return,
            () = someone.visitor.rest() => {}
        }
    }
}
