use futures_util::{SinkExt, StreamExt};
use tokio::time::{sleep, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::socket::{part, shake};
use super::trouble::Trouble;
use super::visitor::Door;
use crate::event::LoadFailure;
use crate::load::desk::House;
use crate::load::wire::Dial;
use crate::scenario::{Expect, Line};
use crate::units::Elapsed;

/// So many characters of a message are shown.
const SHOWN: usize = 60;

/// Somebody on a WebSocket.
pub(super) struct Caller<D: Dial> {
    socket: Option<WebSocketStream<D::Stream>>,
    /// Where it was opened last; empty before the first time.
    path: String,
    /// What came last.
    last: Option<String>,
}

impl<D: Dial> Default for Caller<D> {
    fn default() -> Self {
        Self { socket: None, path: String::new(), last: None }
    }
}

impl<D: Dial> Caller<D> {
    /// Whether they have never called.
    pub(super) fn is_new(&self) -> bool {
        self.path.is_empty()
    }

    /// Does one step: until a message has come that holds what is expected, where anything is.
    pub(super) async fn take(
        &mut self,
        house: &House<D>,
        (line, expect): (&Line, &Expect),
        door: &Door,
        within: Elapsed,
    ) -> Result<(), Trouble> {
        self.last = None;
        if let Line::Away(pause) = line {
            self.leave().await;
            sleep(pause.duration()).await;
        }
        let done = timeout(within.duration(), self.act(house, (line, expect), door)).await;
        let outcome = done.unwrap_or_else(|_| Err(self.waited(expect, within)));
        if outcome.as_ref().is_err_and(Trouble::is_silence) {
            self.socket = None;
        }
        outcome
    }

    async fn act(&mut self, house: &House<D>, (line, expect): (&Line, &Expect), door: &Door) -> Result<(), Trouble> {
        match line {
            Line::Open(path) => {
                self.leave().await;
                self.path.clone_from(path);
                self.be_there(house, door).await?;
            }
            Line::Away(_) | Line::Say(None) => self.be_there(house, door).await?,
            Line::Say(Some(text)) => {
                self.be_there(house, door).await?;
                let socket = self.socket.as_mut().ok_or(Trouble::Cut)?;
                socket.send(Message::text(text.clone())).await.map_err(|_| cut())?;
            }
        }
        match &expect.holds {
            Some(text) => self.wait_for(text).await,
            None => Ok(()),
        }
    }

    /// Opens the socket where it is not open.
    async fn be_there(&mut self, house: &House<D>, door: &Door) -> Result<(), Trouble> {
        if self.socket.is_some() {
            return Ok(());
        }
        if self.path.is_empty() {
            "/".clone_into(&mut self.path);
        }
        let stream = house.dial.dial().await.map_err(|_| Trouble::Refused)?;
        let opened = shake(stream, (door, &self.path), None).await;
        self.socket = Some(opened.map_err(|error| refused(&self.path, &error))?);
        Ok(())
    }

    async fn wait_for(&mut self, text: &str) -> Result<(), Trouble> {
        while let Some(message) = self.hear().await {
            if message.contains(text) {
                return Ok(());
            }
            self.last = Some(message);
        }
        Err(cut())
    }

    /// The next message as text; bytes as far as they are text. `None` when the socket is lost.
    async fn hear(&mut self) -> Option<String> {
        loop {
            match self.socket.as_mut()?.next().await {
                Some(Ok(Message::Text(text))) => return Some(text.to_string()),
                Some(Ok(Message::Binary(bytes))) => return Some(String::from_utf8_lossy(&bytes).into_owned()),
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
            }
        }
    }

    /// Says goodbye, as a page does that is left.
    pub(super) async fn leave(&mut self) {
        if let Some(socket) = self.socket.take() {
            part(socket).await;
        }
    }

    /// Hears and forgets what comes while nothing is done, and answers pings. Returns when the socket is lost.
    pub(super) async fn rest(&mut self) {
        if self.socket.is_none() {
            std::future::pending::<()>().await;
        }
        while self.hear().await.is_some() {}
        self.socket = None;
    }

    fn waited(&self, expect: &Expect, within: Elapsed) -> Trouble {
        let came =
            self.last.as_deref().map_or_else(|| "none came".into(), |last| format!("the last was `{}`", short(last)));
        let what = match &expect.holds {
            Some(text) => format!("no message with `{text}` within {}; {came}", within.human()),
            None => format!("the socket at `{}` was not open within {}", self.path, within.human()),
        };
        Trouble::Plain { what, failure: LoadFailure::TimedOut, silence: false }
    }
}

fn short(text: &str) -> String {
    text.lines().next().unwrap_or_default().chars().take(SHOWN).collect()
}

fn cut() -> Trouble {
    Trouble::Plain { what: "the socket broke".into(), failure: LoadFailure::Cut, silence: true }
}

fn refused(path: &str, error: &Error) -> Trouble {
    let Error::Http(answer) = error else { return cut() };
    let status = answer.status();
    let why = if status.is_server_error() { "the app is away" } else { "has it a WebSocket there?" };
    let what = format!("`{path}` was answered with status {}, expected 101: {why}", status.as_u16());
    Trouble::Plain { what, failure: LoadFailure::Status(status.as_u16()), silence: true }
}
