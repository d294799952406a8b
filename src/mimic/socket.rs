use std::sync::Arc;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use http::header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, UPGRADE};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::time::{Instant, interval_at};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::units::Elapsed;

use super::answer::{Answer, text};
use super::app::App;
use super::body::whole;
use super::wish::{Refusal, Wish};

/// Without a wish it pushes nothing, and the line stays as silent as its visitor.
const NEVER: Elapsed = Elapsed::from_secs(365 * 86_400);

/// Opens a WebSocket: what comes is sent back, and `push n` is sent every so often when asked for.
pub(super) fn open(app: &Arc<App>, request: Request<Incoming>) -> Result<Answer, Refusal> {
    let every = Wish::new(request.uri().query()).time("every", NEVER)?;
    let Some(accept) = accept_key(request.headers()) else {
        return Ok(text(StatusCode::UPGRADE_REQUIRED, "this address speaks WebSocket\n"));
    };
    let app = Arc::clone(app);
    tokio::spawn(async move {
        let Ok(upgraded) = hyper::upgrade::on(request).await else { return };
        app.say("a websocket opened");
        app.socket_opened();
        let ended = converse(upgraded, every).await;
        app.socket_closed();
        app.say(
            &ended.map_or_else(|error| format!("a websocket broke: {error}"), |()| "a websocket closed".to_owned()),
        );
    });
    Ok(switching(accept))
}

fn accept_key(asked: &HeaderMap) -> Option<HeaderValue> {
    let upgrade = asked.get(UPGRADE)?.to_str().ok()?;
    let key = asked.get(SEC_WEBSOCKET_KEY)?;
    if !upgrade.eq_ignore_ascii_case("websocket") {
        return None;
    }
    HeaderValue::from_str(&derive_accept_key(key.as_bytes())).ok()
}

fn switching(accept: HeaderValue) -> Answer {
    let mut answer = Response::new(whole(Bytes::new()));
    *answer.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    answer.headers_mut().insert(UPGRADE, HeaderValue::from_static("websocket"));
    answer.headers_mut().insert(SEC_WEBSOCKET_ACCEPT, accept);
    answer
}

async fn converse(upgraded: Upgraded, every: Elapsed) -> Result<(), Error> {
    let mut line = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, None).await;
    let every = every.max(Elapsed::from_millis(1)).duration();
    let mut beat = interval_at(Instant::now() + every, every);
    let mut pushed = 0_u64;
    loop {
        tokio::select! {
            heard = line.next() => match heard {
                Some(message) => echo(&mut line, message?).await?,
                None => return Ok(()),
            },
            _ = beat.tick() => {
                pushed += 1;
                line.send(Message::text(format!("push {pushed}"))).await?;
            }
        }
    }
}

/// Sends words and bytes back. Pings and the closing handshake are the library's business.
async fn echo(line: &mut WebSocketStream<TokioIo<Upgraded>>, message: Message) -> Result<(), Error> {
    if message.is_text() || message.is_binary() {
        line.send(message).await?;
    }
    Ok(())
}
