use std::mem::MaybeUninit;
use std::ops::Range;

use super::fields::{Fields, Known, MOST_FIELDS, place};
use crate::event::ClientKind;
use crate::http1::{Body, length};
use crate::spec::Cause;

/// The head of a request, checked.
#[derive(Debug, Default)]
pub(in crate::edge) struct Request {
    pub(super) fields: Fields,
    method: Range<usize>,
    target: Range<usize>,
    /// Where the path begins inside the head: behind scheme and authority, where a target has them.
    origin: Range<usize>,
    traits: Traits,
}

/// What the headers say.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each one is an independent fact about the request")]
struct Traits {
    old: bool,
    keep_alive: bool,
    expects: bool,
    upgrade: Option<Upgrade>,
    browser: bool,
    body: Framing,
}

/// What a request asks the connection to become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::edge) enum Upgrade {
    Websocket,
    Other,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Framing {
    #[default]
    None,
    Length(u64),
    Chunked,
}

impl Request {
    /// Reads a whole head, up to and with its empty line.
    ///
    /// Fails with the cause of the answer to give. Anything that two readers could understand
    /// differently is [`Cause::BadRequest`].
    pub(in crate::edge) fn read(&mut self, head: &[u8], most_fields: usize) -> Result<(), Cause> {
        let mut space = [const { MaybeUninit::uninit() }; MOST_FIELDS];
        let mut parsed = httparse::Request::new(&mut []);
        let read = parsed.parse_with_uninit_headers(head, &mut space).map_err(cause)?;
        let (Some(method), Some(target), true) = (parsed.method, parsed.path, read.is_complete()) else {
            return Err(Cause::BadRequest);
        };
        self.fields.keep(head, parsed.headers);
        self.method = place(head, method.as_bytes());
        self.target = place(head, target.as_bytes());
        if self.fields.count() > most_fields {
            return Err(Cause::HeadTooLarge);
        }
        self.traits = self.judge(parsed.version == Some(0)).ok_or(Cause::BadRequest)?;
        self.origin = self.find_origin().ok_or(Cause::BadRequest)?;
        Ok(())
    }

    pub(in crate::edge) fn method(&self) -> &[u8] {
        self.fields.part(&self.method)
    }

    /// The target as the app shall see it.
    pub(in crate::edge) fn target(&self) -> &[u8] {
        self.fields.part(&self.origin)
    }

    /// Path without the query.
    pub(in crate::edge) fn path(&self) -> &[u8] {
        let target = self.target();
        target.split(|byte| *byte == b'?').next().unwrap_or(target)
    }

    /// What stands behind the question mark.
    pub(in crate::edge) fn query(&self) -> &[u8] {
        self.target().get(self.path().len() + 1..).unwrap_or_default()
    }

    pub(in crate::edge) fn is_head(&self) -> bool {
        self.method() == b"HEAD"
    }

    /// Whether it may be sent twice without harm.
    pub(in crate::edge) fn is_replayable(&self) -> bool {
        matches!(self.method(), b"GET" | b"HEAD" | b"OPTIONS" | b"PUT" | b"DELETE" | b"TRACE")
            && matches!(self.traits.body, Framing::None | Framing::Length(0))
    }

    /// Whether the client speaks HTTP/1.0.
    pub(in crate::edge) fn is_old(&self) -> bool {
        self.traits.old
    }

    pub(in crate::edge) fn keeps_alive(&self) -> bool {
        self.traits.keep_alive
    }

    /// Whether the client waits for `100 Continue`.
    pub(in crate::edge) fn expects(&self) -> bool {
        self.traits.expects
    }

    pub(in crate::edge) fn upgrade(&self) -> Option<Upgrade> {
        self.traits.upgrade
    }

    pub(in crate::edge) fn client(&self) -> ClientKind {
        match (self.traits.upgrade, self.traits.browser) {
            (Some(Upgrade::Websocket), _) => ClientKind::Websocket,
            (_, true) => ClientKind::Browser,
            (_, false) => ClientKind::Client,
        }
    }

    /// The value of `User-Agent`; empty where there is none.
    pub(in crate::edge) fn agent(&self) -> &[u8] {
        self.fields.values(Known::UserAgent).next().unwrap_or_default()
    }

    pub(in crate::edge) fn body(&self) -> Body {
        match self.traits.body {
            Framing::None => Body::Done,
            Framing::Length(length) => Body::length(length),
            Framing::Chunked => Body::chunked(),
        }
    }

    /// The length that the body was announced with.
    pub(in crate::edge) fn announced(&self) -> u64 {
        if let Framing::Length(length) = self.traits.body { length } else { 0 }
    }

    fn judge(&self, old: bool) -> Option<Traits> {
        let body = self.framing(old)?;
        let token = |name: &[u8]| self.fields.tokens(Known::Connection).any(|token| token.eq_ignore_ascii_case(name));
        let upgrades = !old && token(b"upgrade") && self.method() == b"GET";
        Some(Traits {
            old,
            keep_alive: if old { token(b"keep-alive") && !token(b"close") } else { !token(b"close") },
            expects: !old && self.fields.values(Known::Expect).any(|value| value.eq_ignore_ascii_case(b"100-continue")),
            upgrade: if upgrades { self.wanted_protocol() } else { None },
            browser: self.fields.values(Known::Accept).any(|value| contains(value, b"text/html")),
            body,
        })
    }

    fn framing(&self, old: bool) -> Option<Framing> {
        let (mut lengths, mut codings) =
            (self.fields.values(Known::ContentLength), self.fields.values(Known::TransferEncoding));
        let framing = match (lengths.next(), codings.next()) {
            (None, None) => Framing::None,
            (Some(value), None) => Framing::Length(length(value)?),
            (None, Some(coding)) if !old && coding.eq_ignore_ascii_case(b"chunked") => Framing::Chunked,
            _ => return None,
        };
        // Even two equal ones: who sends them wants two readers to differ.
        (lengths.next().is_none() && codings.next().is_none()).then_some(framing)
    }

    fn wanted_protocol(&self) -> Option<Upgrade> {
        let mut wanted = self.fields.tokens(Known::Upgrade).peekable();
        wanted.peek()?;
        let websocket = wanted.any(|token| token.eq_ignore_ascii_case(b"websocket"));
        Some(if websocket { Upgrade::Websocket } else { Upgrade::Other })
    }

    /// Checks target and `Host` against each other.
    fn find_origin(&self) -> Option<Range<usize>> {
        let mut hosts = self.fields.values(Known::Host);
        let host = hosts.next();
        let one_host = hosts.next().is_none() && (host.is_some() || self.traits.old);
        if !one_host || !host.is_none_or(is_host) {
            return None;
        }
        let target = self.fields.part(&self.target);
        if target.starts_with(b"/") || (target == b"*" && self.method() == b"OPTIONS") {
            return Some(self.target.clone());
        }
        let rest = target.strip_prefix(b"http://")?;
        let slash = rest.iter().position(|byte| *byte == b'/')?;
        let same = host.is_some_and(|host| host.eq_ignore_ascii_case(&rest[..slash]));
        same.then(|| self.target.start + b"http://".len() + slash..self.target.end)
    }
}

fn cause(error: httparse::Error) -> Cause {
    if error == httparse::Error::TooManyHeaders { Cause::HeadTooLarge } else { Cause::BadRequest }
}

fn is_host(value: &[u8]) -> bool {
    value.iter().all(|byte| byte.is_ascii_graphic() && !b"/\\@?#,".contains(byte))
}

fn contains(value: &[u8], wanted: &[u8]) -> bool {
    value.windows(wanted.len()).any(|window| window.eq_ignore_ascii_case(wanted))
}
