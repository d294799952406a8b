use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What a buffer starts with. Most heads and small answers fit.
const FIRST: usize = 8 * 1024;

/// Bytes that came and were not used yet, in one piece of memory that is used again and again.
#[derive(Debug, Default)]
pub(super) struct Buffer {
    /// Always initialised to its whole length; `start..end` is in use.
    store: Vec<u8>,
    start: usize,
    end: usize,
}

/// What a read brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fill {
    /// Some bytes.
    Bytes,
    /// The other side sends no more.
    End,
}

impl Buffer {
    pub(super) fn filled(&self) -> &[u8] {
        &self.store[self.start..self.end]
    }

    pub(super) fn len(&self) -> usize {
        self.end - self.start
    }

    pub(super) fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// The first `n` bytes are used.
    pub(super) fn consume(&mut self, n: usize) {
        self.start += n;
        debug_assert!(self.start <= self.end, "no more is used than came");
        if self.start >= self.end {
            self.clear();
        }
    }

    pub(super) fn clear(&mut self) {
        (self.start, self.end) = (0, 0);
    }

    pub(super) fn append(&mut self, bytes: &[u8]) {
        self.make_room(bytes.len());
        self.store[self.end..self.end + bytes.len()].copy_from_slice(bytes);
        self.end += bytes.len();
    }

    /// Reads once. The buffer must hold fewer than `limit` bytes, and holds no more than that afterwards.
    pub(super) fn poll_fill<S>(&mut self, cx: &mut Context<'_>, from: &mut S, limit: usize) -> Poll<io::Result<Fill>>
    where
        S: AsyncRead + Unpin,
    {
        debug_assert!(self.len() < limit, "a full buffer is not filled");
        if self.end == self.store.len() {
            self.make_room(1);
        }
        let until = self.store.len().min(self.end + (limit - self.len()));
        let mut space = ReadBuf::new(&mut self.store[self.end..until]);
        ready!(Pin::new(from).poll_read(cx, &mut space))?;
        let came = space.filled().len();
        self.end += came;
        Poll::Ready(Ok(if came == 0 { Fill::End } else { Fill::Bytes }))
    }

    /// Writes until the buffer is empty.
    pub(super) fn poll_drain<S>(&mut self, cx: &mut Context<'_>, into: &mut S) -> Poll<io::Result<()>>
    where
        S: AsyncWrite + Unpin,
    {
        while !self.is_empty() {
            let wrote = ready!(Pin::new(&mut *into).poll_write(cx, &self.store[self.start..self.end]))?;
            if wrote == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.consume(wrote);
        }
        Poll::Ready(Ok(()))
    }

    /// Makes room for `more` bytes behind the used ones: first by moving them to the front, then by growing.
    fn make_room(&mut self, more: usize) {
        if self.store.len() - self.end >= more {
            return;
        }
        self.store.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, self.len());
        let needed = self.end + more;
        if needed > self.store.len() {
            let size = needed.max(self.store.len() * 2).max(FIRST);
            self.store.resize(size, 0);
        }
    }
}

impl io::Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.append(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_out_as_they_went_in_across_moves_and_growth() {
        let mut buffer = Buffer::default();
        let (mut put, mut got) = (Vec::<u8>::new(), Vec::<u8>::new());
        for round in 0..200_usize {
            let piece: Vec<u8> = (0..round * 7 % 997).map(|n| u8::try_from((n + round) % 251).unwrap()).collect();
            buffer.append(&piece);
            put.extend(&piece);
            let take = buffer.len().min(round * 5 % 613);
            got.extend(&buffer.filled()[..take]);
            buffer.consume(take);
        }
        got.extend(buffer.filled());
        assert_eq!(put, got);
    }

    #[tokio::test]
    async fn a_fill_stops_at_its_limit() {
        let mut source: &[u8] = &[7; 100];
        let mut buffer = Buffer::default();
        let fill = std::future::poll_fn(|cx| buffer.poll_fill(cx, &mut source, 60)).await.unwrap();
        assert_eq!((fill, buffer.len(), source.len()), (Fill::Bytes, 60, 40));
    }
}
