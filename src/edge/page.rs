use std::io::Write;

use http::StatusCode;

use super::buffer::Buffer;
use super::headers::Headers;
use super::http::rewrite::Connection;
use super::template::{Facts, Template, escape_html, escape_json};
use crate::spec::Answer;

/// An answer of the platform's own, made ready to be filled in and sent.
#[derive(Debug)]
pub(super) struct Page {
    status: u16,
    headers: Headers,
    body: Template,
    json: bool,
}

/// What an own answer shares with every other one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame<'a> {
    pub(super) facts: Facts<'a>,
    pub(super) added: &'a Headers,
    pub(super) connection: Connection,
    /// Whether the client asked for the head only.
    pub(super) head_only: bool,
}

impl Page {
    pub(super) fn new(answer: &Answer) -> Self {
        let named = |wanted: &str| answer.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        let json = named("content-type").is_some_and(|(_, value)| value.contains("json"));
        // The length is that of the filled page, and the connection is the door's affair.
        let mut headers = answer.headers.clone();
        headers
            .retain(|name, _| !["content-length", "connection", "transfer-encoding"].contains(&&*name.to_lowercase()));
        Self { status: answer.status, headers: Headers::new(&headers), body: Template::new(&answer.body), json }
    }

    pub(super) fn status(&self) -> u16 {
        self.status
    }

    /// Writes head and body. Returns the length of the body. The path in `frame` is as it came.
    pub(super) fn write(&self, out: &mut Buffer, frame: &Frame<'_>) -> u64 {
        let escape = if self.json { escape_json } else { escape_html };
        let (path, wake_path) = (escape(frame.facts.path), escape(frame.facts.wake_path));
        let facts = Facts { path: &path, wake_path: &wake_path, ..frame.facts };
        let mut body = Buffer::default();
        self.body.write(&mut body, &facts);
        write(
            out,
            &Own { status: self.status, headers: &self.headers, body: body.filled() },
            &Frame { facts, ..*frame },
        )
    }
}

/// An answer whose text is ready.
#[derive(Debug, Clone, Copy)]
pub(super) struct Own<'a> {
    pub(super) status: u16,
    pub(super) headers: &'a Headers,
    pub(super) body: &'a [u8],
}

/// Writes head and body. Returns the length of the body as sent.
pub(super) fn write(out: &mut Buffer, own: &Own<'_>, frame: &Frame<'_>) -> u64 {
    let reason = StatusCode::from_u16(own.status).ok().and_then(|status| status.canonical_reason()).unwrap_or("");
    // A buffer takes everything that is written to it.
    let _ = write!(out, "HTTP/1.1 {} {reason}\r\n", own.status);
    own.headers.write_without(out, &frame.facts, frame.added);
    frame.added.write(out, &frame.facts, &super::http::fields::Fields::default());
    let _ = write!(out, "content-length: {}\r\n", own.body.len());
    out.append(frame.connection.line());
    out.append(b"\r\n");
    if frame.head_only {
        return 0;
    }
    out.append(own.body);
    own.body.len() as u64
}
