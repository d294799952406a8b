use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use super::buffer::{Buffer, Fill};

/// The most that is read ahead from one side while the other side does not take it.
pub(super) const AHEAD: usize = 64 * 1024;

/// A connection that the door can work with: a socket, or a pipe in tests.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static {
    /// Makes the coming close visible as a broken connection instead of an orderly end.
    fn break_off(&self) {}
}

impl Stream for TcpStream {
    fn break_off(&self) {
        // A socket that cannot be told so is closed in an orderly way; there is nothing better.
        let _ = self.set_zero_linger();
    }
}

/// How the app is reached.
pub(super) trait Dial: Clone + Send + Sync + 'static {
    /// A connection to the app.
    type Stream: Stream;

    /// Connects. The caller bounds the time.
    fn dial(&self, address: SocketAddr) -> impl Future<Output = io::Result<Self::Stream>> + Send;
}

/// Reaches the app by TCP, without waiting for full packets; holds the way to open a connection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tcp<W>(pub(super) W);

impl<W, F> Dial for Tcp<W>
where
    W: Fn(SocketAddr) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = io::Result<TcpStream>> + Send,
{
    type Stream = TcpStream;

    async fn dial(&self, address: SocketAddr) -> io::Result<TcpStream> {
        let stream = (self.0)(address).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }
}

/// A connection with what was read from it and what is still to be written to it.
#[derive(Debug)]
pub(super) struct Wire<S> {
    pub(super) io: S,
    pub(super) input: Buffer,
    pub(super) output: Buffer,
}

impl<S: Stream> Wire<S> {
    pub(super) fn new(io: S) -> Self {
        Self { io, input: Buffer::default(), output: Buffer::default() }
    }

    pub(super) fn poll_fill(&mut self, cx: &mut Context<'_>, limit: usize) -> Poll<io::Result<Fill>> {
        self.input.poll_fill(cx, &mut self.io, limit)
    }

    pub(super) fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.output.poll_drain(cx, &mut self.io)
    }
}
