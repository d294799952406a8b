//! The first word with an engine: does something answer, may we talk to it, and which API does it speak?
//!
//! Asked without an API version in the path, because an engine refuses versions it does not know.

use std::io;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Empty;
use hyper::header::HOST;
use hyper::{Request, Response, body::Incoming};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;

use super::place::Address;

/// An engine on this machine answers within milliseconds.
const PATIENCE: Duration = Duration::from_secs(2);

/// What an engine says of itself before anything is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Greeting {
    /// The newest API it speaks, as major and minor.
    pub api: (usize, usize),
    /// The process behind the socket, where it is one of this machine's, seen from here.
    pub process: Option<u32>,
}

/// Why nothing came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Miss {
    /// Nobody is there.
    Absent(String),
    /// Somebody is there, and does not let us in.
    Forbidden(String),
    /// Somebody is there who is not an engine.
    Stranger(String),
}

/// Asks at `address`.
pub(super) async fn greet(address: &Address) -> Result<Greeting, Miss> {
    let asked = async {
        match address {
            Address::Unix(path) => greet_unix(path).await,
            Address::Tcp(host) => {
                let stream = TcpStream::connect(host.as_str()).await.map_err(|error| miss(&error))?;
                Ok(Greeting { api: ping(stream).await?, process: None })
            }
        }
    };
    timeout(PATIENCE, asked).await.unwrap_or_else(|_| Err(Miss::Absent("no answer within 2 s".to_owned())))
}

async fn greet_unix(path: &Path) -> Result<Greeting, Miss> {
    let stream = UnixStream::connect(path).await.map_err(|error| miss(&error))?;
    // A process in another machine's or container's numbering has the number 0 here, or none.
    let process = stream.peer_cred().ok().and_then(|peer| u32::try_from(peer.pid()?).ok()).filter(|pid| *pid > 0);
    Ok(Greeting { api: ping(stream).await?, process })
}

fn miss(error: &io::Error) -> Miss {
    match error.kind() {
        io::ErrorKind::PermissionDenied => Miss::Forbidden("permission denied".to_owned()),
        io::ErrorKind::NotFound => Miss::Absent("no such socket".to_owned()),
        io::ErrorKind::ConnectionRefused => Miss::Absent("nobody listens there".to_owned()),
        _ => Miss::Absent(error.to_string()),
    }
}

async fn ping<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(stream: S) -> Result<(usize, usize), Miss> {
    let answer = ask(stream).await.map_err(|_| Miss::Stranger("it does not speak HTTP".to_owned()))?;
    let version = answer.headers().get("api-version").and_then(|value| value.to_str().ok());
    version.and_then(parse_version).ok_or_else(|| {
        Miss::Stranger(format!("it answers with status {} and no API version", answer.status().as_u16()))
    })
}

async fn ask<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(stream: S) -> hyper::Result<Response<Incoming>> {
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let driven = tokio::spawn(connection);
    let mut request = Request::new(Empty::<Bytes>::new());
    *request.uri_mut() = http::Uri::from_static("/_ping");
    request.headers_mut().insert(HOST, http::HeaderValue::from_static("engine"));
    let answer = sender.send_request(request).await;
    driven.abort();
    answer
}

fn parse_version(text: &str) -> Option<(usize, usize)> {
    let (major, minor) = text.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, UnixListener};

    use super::*;

    async fn answering(answer: &'static [u8]) -> Address {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("bound");
        let address = listener.local_addr().expect("an address").to_string();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a caller");
            let mut head = [0; 512];
            let _ = stream.read(&mut head).await;
            stream.write_all(answer).await.expect("answered");
        });
        Address::Tcp(address)
    }

    #[tokio::test]
    async fn an_engine_says_which_api_it_speaks() {
        let address = answering(b"HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Length: 2\r\n\r\nOK").await;
        assert_eq!(greet(&address).await, Ok(Greeting { api: (1, 41), process: None }));
    }

    #[tokio::test]
    async fn a_web_server_is_not_taken_for_an_engine() {
        let address = answering(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n").await;
        let expected = Miss::Stranger("it answers with status 404 and no API version".into());
        assert_eq!(greet(&address).await, Err(expected));
    }

    #[tokio::test]
    async fn something_else_than_http_is_not_taken_for_an_engine() {
        let address = answering(b"SSH-2.0-OpenSSH_9.2\r\n").await;
        assert_eq!(greet(&address).await, Err(Miss::Stranger("it does not speak HTTP".into())));
    }

    #[tokio::test]
    async fn a_socket_that_is_not_there_or_not_listened_to_is_absent() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("engine.sock");
        assert_eq!(greet(&Address::Unix(path.clone())).await, Err(Miss::Absent("no such socket".into())));
        drop(UnixListener::bind(&path).expect("bound"));
        assert_eq!(greet(&Address::Unix(path)).await, Err(Miss::Absent("nobody listens there".into())));
    }

    #[test]
    fn a_refused_socket_is_forbidden_not_absent() {
        let error = io::Error::from(io::ErrorKind::PermissionDenied);
        assert_eq!(miss(&error), Miss::Forbidden("permission denied".into()));
    }
}
