use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// What a connection reads into. An answer that fits is read at once.
const FIRST: usize = 16 * 1024;

/// How the app is reached: by sockets, or by pipes in tests.
pub(super) trait Dial: 'static {
    /// A connection.
    type Stream: AsyncRead + AsyncWrite + Unpin + 'static;

    /// Connects. The caller bounds the time.
    fn dial(&self) -> impl Future<Output = io::Result<Self::Stream>>;
}

/// Reaches the app by TCP, without waiting for full packets.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tcp(pub(super) SocketAddr);

impl Dial for Tcp {
    type Stream = TcpStream;

    async fn dial(&self) -> io::Result<TcpStream> {
        let stream = TcpStream::connect(self.0).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }
}

/// A connection with what was read from it and not used yet.
#[derive(Debug)]
pub(super) struct Wire<S> {
    pub(super) io: S,
    store: Vec<u8>,
    start: usize,
    end: usize,
}

impl<S: AsyncRead + Unpin> Wire<S> {
    pub(super) fn new(io: S) -> Self {
        Self { io, store: vec![0; FIRST], start: 0, end: 0 }
    }

    pub(super) fn filled(&self) -> &[u8] {
        &self.store[self.start..self.end]
    }

    /// The first `n` bytes are used.
    pub(super) fn consume(&mut self, n: usize) {
        self.start += n;
        if self.start >= self.end {
            (self.start, self.end) = (0, 0);
        }
    }

    /// Reads once behind what is there. Returns how many bytes came; zero at the end.
    pub(super) fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if self.end == self.store.len() {
            self.make_room();
        }
        let mut space = ReadBuf::new(&mut self.store[self.end..]);
        ready!(Pin::new(&mut self.io).poll_read(cx, &mut space))?;
        let came = space.filled().len();
        self.end += came;
        Poll::Ready(Ok(came))
    }

    fn make_room(&mut self) {
        self.store.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, self.end - self.start);
        if self.end == self.store.len() {
            self.store.resize(self.store.len() * 2, 0);
        }
    }
}
