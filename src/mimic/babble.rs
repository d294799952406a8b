//! Answers that take their time: late, in pieces, or without end.

use bytes::Bytes;
use futures_util::stream;
use http::StatusCode;
use tokio::time::{Instant, interval_at, sleep};

use crate::units::{Elapsed, Memory};

use super::answer::{Answer, text, typed};
use super::body::{pieces, whole};
use super::wish::{Refusal, Wish};

/// Waits before the first byte, sends half, waits again, sends the rest.
pub(super) async fn slow(wish: &Wish<'_>) -> Result<Answer, Refusal> {
    let before = wish.time("before", Elapsed::from_secs(2))?;
    let middle = wish.time("middle", Elapsed::ZERO)?;
    sleep(before.duration()).await;
    if middle == Elapsed::ZERO {
        return Ok(text(StatusCode::OK, "late\n"));
    }
    let halves = stream::unfold(0_u8, move |sent| async move {
        match sent {
            0 => Some((Bytes::from_static(b"half\n"), 1)),
            1 => {
                sleep(middle.duration()).await;
                Some((Bytes::from_static(b"whole\n"), 2))
            }
            _ => None,
        }
    });
    Ok(typed(StatusCode::OK, "text/plain; charset=utf-8", pieces(halves)))
}

/// Sends pieces of text at a steady beat, the first at once.
pub(super) fn chunks(wish: &Wish<'_>) -> Result<Answer, Refusal> {
    let count = wish.value("count", 10_u64)?;
    let every = wish.time("every", Elapsed::from_millis(200))?;
    let body = beat(count, every, |n| format!("chunk {n}\n"));
    Ok(typed(StatusCode::OK, "text/plain; charset=utf-8", body))
}

/// Server-sent events at a steady beat, without end unless counted.
pub(super) fn events(wish: &Wish<'_>) -> Result<Answer, Refusal> {
    let count = wish.value("count", u64::MAX)?;
    let every = wish.time("every", Elapsed::from_secs(1))?;
    let body = beat(count, every, |n| format!("id: {n}\ndata: event {n}\n\n"));
    Ok(typed(StatusCode::OK, "text/event-stream", body))
}

/// Any status, and a body of any size.
pub(super) fn plain(wish: &Wish<'_>) -> Result<Answer, Refusal> {
    let status = wish.value("status", StatusCode::OK)?;
    let size = wish.size(Memory::default())?;
    if size == Memory::default() {
        return Ok(text(status, format!("{}\n", status.as_u16())));
    }
    let size = usize::try_from(size.bytes()).unwrap_or(usize::MAX);
    Ok(typed(status, "application/octet-stream", pieces_of(size)))
}

/// A large body in pieces of one shared buffer, so that sending it needs no memory.
fn pieces_of(size: usize) -> super::body::Body {
    const PIECE: usize = 64 << 10;
    if size <= PIECE {
        return whole(vec![b'x'; size]);
    }
    let piece = Bytes::from(vec![b'x'; PIECE]);
    pieces(stream::unfold((size, piece), |(left, piece)| async move {
        let now = left.min(PIECE);
        (now > 0).then(|| (piece.slice(..now), (left - now, piece)))
    }))
}

fn beat(count: u64, every: Elapsed, words: fn(u64) -> String) -> super::body::Body {
    // An interval of zero is not allowed, and a millionth of a second is as good.
    let every = every.max(Elapsed::from_micros(1)).duration();
    let ticks = interval_at(Instant::now(), every);
    pieces(stream::unfold((1, ticks), move |(n, mut ticks)| async move {
        if n > count {
            return None;
        }
        ticks.tick().await;
        Some((Bytes::from(words(n)), (n + 1, ticks)))
    }))
}
