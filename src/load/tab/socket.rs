use futures_util::{SinkExt, StreamExt};
use http::header::{HeaderName, HeaderValue, ORIGIN, SEC_WEBSOCKET_PROTOCOL};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Bytes, Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use super::trouble::Trouble;
use super::visitor::Door;
use crate::units::Elapsed;

/// What Streamlit sends at most at once (`server.maxMessageSize`).
const MOST: usize = 200 << 20;

/// What a socket reads into. A thousand silent users must not cost a gigabyte.
const ROOM: usize = 4 << 10;

/// What browsers say of somebody who is not logged in.
const NOBODY: &str = "PLACEHOLDER_AUTH_TOKEN";

/// A socket to the server of a Streamlit app.
pub(super) struct Socket<S>(WebSocketStream<S>);

impl<S: AsyncRead + AsyncWrite + Unpin> Socket<S> {
    /// Opens one, as a browser does. `session` is the one that its user comes back to; empty for a new one.
    pub(super) async fn open(stream: S, door: &Door, session: &str) -> Result<Self, Trouble> {
        // Old servers look for the session in the second place, where newer ones look for who is logged in.
        let places = if session.is_empty() { NOBODY.to_owned() } else { format!("{session}, {session}") };
        let protocol = format!("streamlit, {places}");
        let opened = shake(stream, (door, "/_stcore/stream"), Some(&protocol)).await;
        opened.map(Self).map_err(|error| refused(&error))
    }

    pub(super) async fn say(&mut self, message: Vec<u8>) -> Result<(), Trouble> {
        self.0.send(Message::Binary(message.into())).await.map_err(|_| Trouble::Cut)
    }

    /// Says goodbye, as a page does that is left, and waits a moment for the answer.
    pub(super) async fn leave(self) {
        part(self.0).await;
    }

    /// The next message of the server. Its pings are answered on the way.
    pub(super) async fn hear(&mut self) -> Result<Bytes, Trouble> {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Binary(bytes))) => return Ok(bytes),
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Ok(Message::Text(_))) => return Err(Trouble::Stranger("words instead of messages".into())),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(Trouble::Cut),
            }
        }
    }
}

/// A server that does not answer a goodbye in this time is left without.
const GOODBYE: Elapsed = Elapsed::from_secs(1);

/// The closing handshake of RFC 6455 (section 7.1.1), as far as the server takes part in it.
pub(super) async fn part<S: AsyncRead + AsyncWrite + Unpin>(mut socket: WebSocketStream<S>) {
    let going = CloseFrame { code: CloseCode::Away, reason: "".into() };
    let parting = async {
        // Whoever has gone already needs no goodbye.
        if socket.close(Some(going)).await.is_ok() {
            while let Some(Ok(_)) = socket.next().await {}
        }
    };
    let _ = timeout(GOODBYE.duration(), parting).await;
}

/// Opens a socket at a path, as a browser does.
pub(super) async fn shake<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    (door, path): (&Door, &str),
    protocol: Option<&str>,
) -> Result<WebSocketStream<S>, Error> {
    let mut request = format!("ws://{}{path}", door.host).into_client_request()?;
    let headers = request.headers_mut();
    // Servers take a socket only from a page of their own.
    let origin = format!("http://{}", door.host);
    let ours = [(ORIGIN, Some(origin.as_str())), (SEC_WEBSOCKET_PROTOCOL, protocol)];
    for (name, text) in ours {
        if let Some(text) = text {
            headers.insert(name, HeaderValue::from_str(text)?);
        }
    }
    for (name, text) in &door.headers {
        if let (Ok(name), Ok(text)) = (HeaderName::try_from(name), HeaderValue::from_str(text)) {
            headers.insert(name, text);
        }
    }
    let config = WebSocketConfig::default()
        .read_buffer_size(ROOM)
        .write_buffer_size(0)
        .max_message_size(Some(MOST))
        .max_frame_size(Some(MOST));
    client_async_with_config(request, stream, Some(config)).await.map(|(socket, _)| socket)
}

fn refused(error: &Error) -> Trouble {
    match error {
        Error::Http(answer) if answer.status().is_success() => Trouble::Stranger("a page".into()),
        Error::Http(answer) => Trouble::Status(answer.status().as_u16()),
        Error::Protocol(error) => Trouble::Stranger(format!("something else: {error}")),
        _ => Trouble::Cut,
    }
}
