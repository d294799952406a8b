use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use crate::units::Elapsed;

/// The longest one visit may take. Longer than any platform holds a request on the tour.
const VISIT_LIMIT: Duration = Duration::from_secs(90);

/// Somebody who visits the app through the front door.
#[derive(Debug, Clone, Copy)]
pub(super) struct Visitor {
    edge: SocketAddr,
}

/// Who visits, as the front door can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum As {
    Browser,
    Client,
}

/// What a visitor got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Got {
    /// The status; `None` when the connection broke.
    pub(super) status: Option<u16>,
    /// From asking to the last byte.
    pub(super) took: Elapsed,
    /// The page's title, or the first words of the answer.
    pub(super) words: String,
}

impl Visitor {
    pub(super) fn new(edge: SocketAddr) -> Self {
        Self { edge }
    }

    /// One visit on a connection of its own.
    pub(super) async fn visit(self, who: As, method: Method, path: &str) -> Got {
        let asked = Instant::now();
        let answer = timeout(VISIT_LIMIT, self.exchange(who, method, path)).await;
        let took = Elapsed::from(asked.elapsed());
        match answer {
            Ok(Some((status, body))) => Got { status: Some(status), took, words: words(&body) },
            Ok(None) | Err(_) => Got { status: None, took, words: String::new() },
        }
    }

    /// A broken connection is something that visitors see, so it is an answer too: `None`.
    async fn exchange(self, who: As, method: Method, path: &str) -> Option<(u16, Bytes)> {
        let stream = TcpStream::connect(self.edge).await.ok()?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.ok()?;
        let driver = tokio::spawn(connection);
        let accept = match who {
            As::Browser => "text/html,application/xhtml+xml,*/*;q=0.8",
            As::Client => "application/json",
        };
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", self.edge.to_string())
            .header("accept", accept)
            .header("user-agent", "emu-tour")
            .body(Empty::<Bytes>::new())
            .ok()?;
        let answer = sender.send_request(request).await.ok()?;
        let status = answer.status().as_u16();
        let body = answer.into_body().collect().await.ok()?.to_bytes();
        driver.abort();
        Some((status, body))
    }
}

impl Got {
    /// `503 "Application loading" after 3 ms`, for a sentence.
    pub(super) fn told(&self) -> String {
        let after = self.took.human();
        match self.status {
            None => format!("a broken connection after {after}"),
            Some(status) if self.words.is_empty() => format!("{status} after {after}"),
            Some(status) => format!("{status} \"{}\" after {after}", self.words),
        }
    }
}

/// The title of a page, or the first line of anything else, cut to what fits a sentence.
fn words(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let title = text.split_once("<title>").and_then(|(_, rest)| rest.split_once("</title>")).map(|(title, _)| title);
    let chosen = match title {
        // Some error pages are titled by their status alone, which is told anyway.
        Some(title) if title.trim().chars().all(|c| c.is_ascii_digit()) => heading(&text),
        Some(title) => title,
        None if text.trim_start().starts_with(['<', '{', '[']) => "",
        None => text.lines().next().unwrap_or_default(),
    };
    chosen.trim().chars().take(48).collect()
}

/// The text of a page's first heading.
fn heading(page: &str) -> &str {
    let inside = page.split_once("<h1>").and_then(|(_, rest)| rest.split_once("</h1>"));
    inside.map_or("", |(heading, _)| heading)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_told_by_its_title_or_first_line() {
        assert_eq!(words(b"<html><title>Application loading</title>"), "Application loading");
        assert_eq!(words(b"<title>502</title><h1>Bad Gateway</h1>"), "Bad Gateway");
        assert_eq!(words(b"ok\nmore"), "ok");
        assert_eq!(words(b"{\"a\":1}"), "");
    }

    #[test]
    fn a_broken_connection_is_an_answer() {
        let got = Got { status: None, took: Elapsed::from_millis(20), words: String::new() };
        assert_eq!(got.told(), "a broken connection after 20 ms");
    }
}
