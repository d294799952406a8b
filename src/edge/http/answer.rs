use std::mem::MaybeUninit;
use std::ops::Range;

use super::fields::{Fields, Known, MOST_FIELDS, place};
use super::request::Request;
use crate::http1::{Body, length};

/// The head of an app's answer, checked.
#[derive(Debug, Default)]
pub(in crate::edge) struct Answer {
    pub(super) fields: Fields,
    status: u16,
    reason: Range<usize>,
    old: bool,
    keep_alive: bool,
}

/// What came is not HTTP, or can be read in two ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::edge) struct NotHttp;

impl Answer {
    /// Reads a whole head, up to and with its empty line.
    pub(in crate::edge) fn read(&mut self, head: &[u8]) -> Result<(), NotHttp> {
        let mut space = [const { MaybeUninit::uninit() }; MOST_FIELDS];
        let mut parsed = httparse::Response::new(&mut []);
        let mut config = httparse::ParserConfig::default();
        config.allow_spaces_after_header_name_in_responses(false);
        let read = config.parse_response_with_uninit_headers(&mut parsed, head, &mut space).map_err(|_| NotHttp)?;
        let (Some(status @ 100..=999), true) = (parsed.code, read.is_complete()) else { return Err(NotHttp) };
        self.fields.keep(head, parsed.headers);
        self.status = status;
        self.reason = place(head, parsed.reason.unwrap_or_default().as_bytes());
        self.old = parsed.version == Some(0);
        let token = |name: &[u8]| self.fields.tokens(Known::Connection).any(|token| token.eq_ignore_ascii_case(name));
        self.keep_alive = if self.old { token(b"keep-alive") && !token(b"close") } else { !token(b"close") };
        Ok(())
    }

    pub(in crate::edge) fn status(&self) -> u16 {
        self.status
    }

    pub(super) fn reason(&self) -> &[u8] {
        self.fields.part(&self.reason)
    }

    /// Whether the app takes another request on this connection.
    pub(in crate::edge) fn keeps_alive(&self) -> bool {
        self.keep_alive
    }

    /// How its body ends.
    pub(in crate::edge) fn body(&self, request: &Request) -> Result<Body, NotHttp> {
        let (mut lengths, mut codings) =
            (self.fields.values(Known::ContentLength), self.fields.values(Known::TransferEncoding));
        let body = match (lengths.next(), codings.next()) {
            (None, None) => Body::UntilClose,
            (Some(value), None) => Body::length(length(value).ok_or(NotHttp)?),
            (None, Some(coding)) if !self.old && coding.eq_ignore_ascii_case(b"chunked") => Body::chunked(),
            _ => return Err(NotHttp),
        };
        if lengths.next().is_some() || codings.next().is_some() {
            return Err(NotHttp);
        }
        let none = request.is_head() || matches!(self.status, 100..=199 | 204 | 304);
        Ok(if none { Body::Done } else { body })
    }
}
