use std::mem::MaybeUninit;

use crate::http1::{Body, length};

/// More headers than this nobody sends for good.
const MOST_FIELDS: usize = 128;

/// The longest head of an answer.
const MOST_HEAD: usize = 256 * 1024;

/// What came is not HTTP, or can be read in two ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NotHttp;

/// The head of an answer.
#[derive(Debug, Clone)]
pub(super) struct Head {
    pub(super) status: u16,
    pub(super) body: Body,
    /// Whether the other side takes another request on this connection.
    pub(super) keeps: bool,
    /// So many bytes long.
    pub(super) size: usize,
}

/// Reads the head at the front of `bytes`; `None` when more of it must come.
pub(super) fn read(bytes: &[u8], to_head: bool) -> Result<Option<Head>, NotHttp> {
    let mut space = [const { MaybeUninit::uninit() }; MOST_FIELDS];
    let mut parsed = httparse::Response::new(&mut []);
    let config = httparse::ParserConfig::default();
    let status = config.parse_response_with_uninit_headers(&mut parsed, bytes, &mut space).map_err(|_| NotHttp)?;
    let httparse::Status::Complete(size) = status else {
        return if bytes.len() > MOST_HEAD { Err(NotHttp) } else { Ok(None) };
    };
    let Some(status @ 100..=999) = parsed.code else { return Err(NotHttp) };
    let framing = Framing::of(parsed.headers)?;
    let old = parsed.version == Some(0);
    let none = to_head || matches!(status, 100..=199 | 204 | 304);
    let body = if none { Body::default() } else { framing.body() };
    let keeps = if old { framing.keep_alive && !framing.close } else { !framing.close };
    Ok(Some(Head { status, body, keeps, size }))
}

/// What the headers say of where the answer ends.
#[derive(Default)]
struct Framing {
    length: Option<u64>,
    chunked: bool,
    close: bool,
    keep_alive: bool,
}

impl Framing {
    fn of(headers: &[httparse::Header<'_>]) -> Result<Self, NotHttp> {
        let mut framing = Self::default();
        for header in headers {
            match header.name.len() {
                14 if header.name.eq_ignore_ascii_case("content-length") => {
                    let length = length(header.value).ok_or(NotHttp)?;
                    if framing.length.replace(length).is_some_and(|before| before != length) {
                        return Err(NotHttp);
                    }
                }
                17 if header.name.eq_ignore_ascii_case("transfer-encoding") => {
                    framing.chunked = header.value.trim_ascii().eq_ignore_ascii_case(b"chunked");
                    if !framing.chunked {
                        return Err(NotHttp);
                    }
                }
                10 if header.name.eq_ignore_ascii_case("connection") => framing.connection(header.value),
                _ => {}
            }
        }
        if framing.chunked && framing.length.is_some() { Err(NotHttp) } else { Ok(framing) }
    }

    fn connection(&mut self, value: &[u8]) {
        for token in value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii) {
            self.close |= token.eq_ignore_ascii_case(b"close");
            self.keep_alive |= token.eq_ignore_ascii_case(b"keep-alive");
        }
    }

    fn body(&self) -> Body {
        match self.length {
            _ if self.chunked => Body::chunked(),
            Some(length) => Body::length(length),
            None => Body::UntilClose,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn head(text: &str) -> Result<Option<Head>, NotHttp> {
        read(text.as_bytes(), false)
    }

    #[test]
    fn where_an_answer_ends_is_read_from_its_head() {
        let of = |text: &str| head(text).unwrap().unwrap();
        let counted = of("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
        assert!(matches!(counted.body, Body::Length(5)) && counted.keeps && counted.size == 38);
        assert!(of("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").body.is_chunked());
        assert!(matches!(of("HTTP/1.0 200 OK\r\n\r\n").body, Body::UntilClose));
        assert!(of("HTTP/1.1 304 Not Modified\r\ncontent-length: 9\r\n\r\n").body.is_done());
        assert!(read(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n", true).unwrap().unwrap().body.is_done());
    }

    #[test]
    fn who_keeps_the_connection_is_read_from_its_head() {
        let keeps = |text: &str| head(text).unwrap().unwrap().keeps;
        assert!(keeps("HTTP/1.1 200 OK\r\n\r\n"));
        assert!(!keeps("HTTP/1.1 200 OK\r\nconnection: a, Close\r\n\r\n"));
        assert!(!keeps("HTTP/1.0 200 OK\r\n\r\n"));
        assert!(keeps("HTTP/1.0 200 OK\r\nconnection: keep-alive\r\n\r\n"));
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_no_answer() {
        for fields in [
            "content-length: 1\r\ncontent-length: 2",
            "content-length: 1\r\ntransfer-encoding: chunked",
            "content-length: +1",
        ] {
            assert!(head(&format!("HTTP/1.1 200 OK\r\n{fields}\r\n\r\n")).is_err(), "{fields}");
        }
        assert!(head("SSH-2.0-OpenSSH\r\n").is_err());
        assert!(head("HTTP/1.1 200 OK\r\ncontent-").unwrap().is_none());
    }

    proptest! {
        #[test]
        fn whatever_comes_is_survived(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = read(&bytes, false);
            let _ = read(&[b"HTTP/1.1 200 OK\r\n".as_slice(), &bytes].concat(), true);
        }
    }
}
