use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;

use tokio::time::sleep_until;

use super::desk::Desk;
use super::exchange::ask;
use super::expect::Sight;
use super::wire::{Dial, Wire};
use crate::event::LoadFailure;

/// Works until it is dropped: takes what is due, asks, tells what came of it.
pub(super) async fn work<D: Dial>(desk: Rc<Desk<D>>, me: usize) {
    let mut sights: Vec<Sight> = desk.requests.iter().map(|request| Sight::new(&request.expect, 0)).collect();
    let mut connection = Connection::take(&desk);
    let mut patience = pin!(sleep_until(desk.instant(desk.house.timeout)));
    let mut at = None;
    loop {
        let errand = poll_fn(|cx| desk.poll_next(me, at.take(), cx.waker())).await;
        let (request, sight) = (&desk.requests[errand.due.call], &mut sights[errand.due.call]);
        patience.as_mut().reset(desk.instant(errand.sent + desk.house.timeout));
        let how = tokio::select! {
            biased;
            how = ask(&desk.house.dial, &mut connection.wire, request, sight) => how,
            () = &mut patience => Err(LoadFailure::TimedOut),
        };
        let how = how.and_then(|heard| sight.judge(heard.status).map(|()| heard));
        at = Some(desk.ended(errand, how));
    }
}

/// A hand's connection. Kept for the next phase when the hand is let go.
struct Connection<'a, D: Dial> {
    wire: Option<Wire<D::Stream>>,
    desk: &'a Desk<D>,
}

impl<'a, D: Dial> Connection<'a, D> {
    fn take(desk: &'a Desk<D>) -> Self {
        Self { wire: desk.house.kept.borrow_mut().pop(), desk }
    }
}

impl<D: Dial> Drop for Connection<'_, D> {
    fn drop(&mut self) {
        self.desk.house.kept.borrow_mut().extend(self.wire.take());
    }
}
