use std::io::Write;

use super::answer::Answer;
use super::fields::{Fields, Known};
use super::request::Request;
use crate::edge::buffer::Buffer;
use crate::edge::headers::Headers;
use crate::edge::template::Facts;

/// What an answer says about the connection it comes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::edge) enum Connection {
    /// Nothing: HTTP/1.1 keeps it by itself.
    Keep,
    /// A client with HTTP/1.0 must be told that it is kept.
    KeepOld,
    /// It ends with this answer.
    Close,
    /// It becomes something else.
    Upgrade,
}

impl Connection {
    pub(in crate::edge) fn line(self) -> &'static [u8] {
        match self {
            Self::Keep => b"",
            Self::KeepOld => b"connection: keep-alive\r\n",
            Self::Close => b"connection: close\r\n",
            Self::Upgrade => b"connection: Upgrade\r\n",
        }
    }
}

/// Writes the head that the app sees: the client's, without what was meant for this connection only,
/// with what the platform's router adds.
pub(in crate::edge) fn request(request: &Request, added: &Headers, facts: &Facts<'_>, out: &mut Buffer) {
    let fields = &request.fields;
    let upgrades = request.upgrade().is_some();
    let nominated = nominates(fields);
    out.append(request.method());
    out.append(b" ");
    out.append(request.target());
    out.append(b" HTTP/1.1\r\n");
    fields.copy(
        |known, name| match known {
            Known::Host | Known::ContentLength | Known::TransferEncoding => true,
            Known::Connection | Known::Hop => false,
            Known::Upgrade => upgrades,
            Known::Accept | Known::Expect | Known::Other | Known::UserAgent => {
                !(added.names(name) || nominated && is_nominated(fields, name))
            }
        },
        |lines| out.append(lines),
    );
    if upgrades {
        out.append(Connection::Upgrade.line());
    }
    added.write(out, facts, fields);
    out.append(b"\r\n");
}

/// Writes the head that the client sees.
pub(in crate::edge) fn answer(answer: &Answer, added: &Headers, facts: &Facts<'_>, shape: Shape, out: &mut Buffer) {
    let fields = &answer.fields;
    let nominated = nominates(fields);
    let upgrades = shape.connection == Connection::Upgrade;
    // A buffer takes everything that is written to it.
    let _ = write!(out, "HTTP/1.1 {} ", answer.status());
    out.append(answer.reason());
    out.append(b"\r\n");
    fields.copy(
        |known, name| match known {
            Known::ContentLength => true,
            Known::TransferEncoding => shape.coding == Coding::Kept,
            Known::Connection | Known::Hop => false,
            Known::Upgrade => upgrades,
            Known::Accept | Known::Expect | Known::Host | Known::Other | Known::UserAgent => {
                !(added.names(name) || nominated && is_nominated(fields, name))
            }
        },
        |lines| out.append(lines),
    );
    out.append(shape.connection.line());
    added.write(out, facts, &Fields::default());
    out.append(b"\r\n");
}

/// How an answer's head differs from the app's own.
#[derive(Debug, Clone, Copy)]
pub(in crate::edge) struct Shape {
    pub(in crate::edge) connection: Connection,
    pub(in crate::edge) coding: Coding,
}

/// What becomes of chunked coding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::edge) enum Coding {
    /// It passes.
    Kept,
    /// It is taken off, for a client that cannot read it.
    TakenOff,
}

/// Whether `Connection` names other headers.
fn nominates(fields: &Fields) -> bool {
    let plain = |token: &[u8]| [&b"close"[..], b"keep-alive", b"upgrade"].iter().any(|t| token.eq_ignore_ascii_case(t));
    fields.tokens(Known::Connection).any(|token| !plain(token))
}

fn is_nominated(fields: &Fields, name: &[u8]) -> bool {
    fields.tokens(Known::Connection).any(|token| token.eq_ignore_ascii_case(name))
}
