use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::task::Poll;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};

use super::gate::{Opened, Passage};
use super::http::rewrite;
use super::instead::Instead;
use super::record::Record;
use super::relay::{Broken, End, Relay};
use super::timeouts::Phases;
use super::visit::{After, Visit};
use super::wire::{AHEAD, Dial, Stream, Wire};
use crate::event::Ending;
use crate::spec::Cause;

/// An app that has just come may refuse a moment longer; it is asked again after this pause.
const DIAL_PAUSE: Duration = Duration::from_millis(20);
/// A request that cannot be sent twice takes no connection that lay idle for longer: the app may be
/// closing it at this very moment.
const FRESH_ENOUGH: Duration = Duration::from_secs(1);

/// A connection to the app, kept between two requests of one client.
#[derive(Debug)]
pub(super) struct App<S> {
    wire: Wire<S>,
    address: SocketAddr,
    /// Since when it lies idle; `None` for one that is new.
    idle_since: Option<Instant>,
}

impl<C: Stream, D: Dial> Visit<'_, C, D> {
    /// Sends the request to the app and its answer to the client, under the router's timeouts.
    pub(super) async fn forward(&mut self, passage: Passage, record: &mut Record<'_>) -> Result<After, Instead> {
        let app = match self.take_idle(passage.address).await {
            Some(app) => app,
            None => self.reach(passage).await?,
        };
        let reused = app.idle_since.is_some();
        match self.exchange(app, record).await {
            // The app closed an idle connection just as this request took it.
            Err(Broken::Unheard) if reused && self.request.is_replayable() => {
                let app = self.reach(passage).await?;
                self.exchange(app, record).await
            }
            first => first,
        }
        .map_err(|broken| match broken {
            Broken::Unheard => Instead::Platform(Cause::BadResponse),
            Broken::Off(instead) => instead,
        })
    }

    /// The connection that the last request left behind, when it leads to the same app and still lives.
    async fn take_idle(&mut self, address: SocketAddr) -> Option<App<D::Stream>> {
        let mut app = self.app.take().filter(|app| app.address == address)?;
        let silent = poll_fn(|cx| Poll::Ready(app.wire.poll_fill(cx, AHEAD).is_pending())).await;
        let fresh = |since: Instant| since.elapsed() <= FRESH_ENOUGH;
        (silent && (self.request.is_replayable() || app.idle_since.is_none_or(fresh))).then_some(app)
    }

    async fn reach(&self, passage: Passage) -> Result<App<D::Stream>, Instead> {
        let until = Instant::now() + self.shared.rules.router.connect.duration();
        loop {
            match timeout_at(until, self.dial.dial(passage.address)).await {
                Ok(Ok(io)) => return Ok(App { wire: Wire::new(io), address: passage.address, idle_since: None }),
                Ok(Err(error)) if may_come(&error, passage) && Instant::now() + DIAL_PAUSE < until => {
                    sleep(DIAL_PAUSE).await;
                }
                Ok(Err(_)) | Err(_) => return Err(Instead::Platform(Cause::Unreachable)),
            }
        }
    }

    async fn exchange(&mut self, mut app: App<D::Stream>, record: &mut Record<'_>) -> Result<After, Broken> {
        let shared = self.shared;
        let facts = shared.facts(&self.peer, record.id(), record.arrived());
        rewrite::request(&self.request, &shared.request_headers, &facts, &mut app.wire.output);
        let phases = Phases::begin(&mut self.alarm, &shared.rules.router);
        let mut relay = Relay {
            shared,
            facts,
            client: &mut self.client,
            app: &mut app.wire,
            request: &self.request,
            answer: &mut self.answer,
            upload: &mut self.upload,
            phases,
            record: &mut *record,
            flow: super::relay::Flow::default(),
        };
        relay.begin();
        let end = poll_fn(|cx| relay.poll(cx)).await?;
        if end == End::Upgraded {
            return self.tunnel(app.wire, record).await.map_err(Broken::Off);
        }
        record.ended(Ending::App);
        let End::Answered { client, app: app_after } = end else { return Ok(After::Close) };
        if app_after == After::Keep {
            self.app = Some(App { idle_since: Some(Instant::now()), ..app });
        }
        Ok(client)
    }
}

fn may_come(error: &io::Error, passage: Passage) -> bool {
    passage.opened == Opened::JustNow && error.kind() == io::ErrorKind::ConnectionRefused
}
