//! The helper's end of the socket: whole lines in, words out.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use serde::de::DeserializeOwned;

use super::Word;

/// The socket, with what has come of the next line.
#[derive(Debug)]
pub(super) struct Channel {
    socket: OwnedFd,
    open: Vec<u8>,
}

/// What there is to hear.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heard<T> {
    /// Something was said.
    Said(T),
    /// A line that cannot be understood.
    Nonsense(String),
    /// Nothing more at the moment.
    Nothing,
    /// The other side is gone.
    End,
}

impl Channel {
    pub(super) fn new(socket: OwnedFd) -> Self {
        Self { socket, open: Vec::new() }
    }

    /// The next thing that was said. Waits for it.
    pub(super) fn wait<T: DeserializeOwned>(&mut self) -> Heard<T> {
        loop {
            match self.next() {
                Heard::Nothing if self.receive() => {}
                Heard::Nothing => return Heard::End,
                heard => return heard,
            }
        }
    }

    /// The next thing that was said and has arrived.
    pub(super) fn next<T: DeserializeOwned>(&mut self) -> Heard<T> {
        let Some(end) = self.open.iter().position(|byte| *byte == b'\n') else { return Heard::Nothing };
        let rest = self.open.split_off(end + 1);
        let line = std::mem::replace(&mut self.open, rest);
        match serde_json::from_slice(&line) {
            Ok(said) => Heard::Said(said),
            Err(error) => Heard::Nonsense(error.to_string()),
        }
    }

    /// Takes in what has arrived, waiting until there is something. Says whether the other side is there.
    pub(super) fn receive(&mut self) -> bool {
        let mut piece = [0; 4096];
        match rustix::io::retry_on_intr(|| rustix::io::read(&self.socket, &mut piece)) {
            Ok(0) | Err(_) => false,
            Ok(count) => {
                self.open.extend_from_slice(piece.get(..count).unwrap_or_default());
                true
            }
        }
    }

    /// Says a word. When nobody hears it any more, [`Self::receive`] finds that out.
    pub(super) fn tell(&self, word: &Word) {
        let Ok(mut line) = serde_json::to_vec(word) else { return };
        line.push(b'\n');
        let _ = write_all(&self.socket, &line);
    }
}

impl AsFd for Channel {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// Writes everything, however many pieces it takes.
pub(super) fn write_all(to: impl AsFd, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        let count = rustix::io::retry_on_intr(|| rustix::io::write(&to, bytes))?;
        bytes = bytes.get(count..).unwrap_or_default();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::os::unix::net::UnixStream;

    use super::*;
    use crate::engine::native::shim::Ask;

    fn pair() -> (UnixStream, Channel) {
        let (here, there) = UnixStream::pair().expect("a pair");
        (here, Channel::new(there.into()))
    }

    #[test]
    fn lines_in_pieces_and_several_in_one_piece_are_heard_one_by_one() {
        let (mut here, mut channel) = pair();
        here.write_all(b"{\"signal\":").expect("sent");
        assert!(channel.receive());
        assert_eq!(channel.next::<Ask>(), Heard::Nothing);
        here.write_all(b"15}\n{\"signal\":9}\n").expect("sent");
        assert_eq!(channel.wait(), Heard::Said(Ask::Signal(15)));
        assert_eq!(channel.next(), Heard::Said(Ask::Signal(9)));
        drop(here);
        assert_eq!(channel.wait::<Ask>(), Heard::End);
    }

    #[test]
    fn nonsense_is_told_from_silence() {
        let (mut here, mut channel) = pair();
        here.write_all(b"mumble\n").expect("sent");
        assert!(matches!(channel.wait::<Ask>(), Heard::Nonsense(_)));
    }

    #[test]
    fn a_word_is_one_line() {
        let (mut here, channel) = pair();
        channel.tell(&Word::CannotRun { reason: "two\nlines".into() });
        drop(channel);
        let mut told = String::new();
        here.read_to_string(&mut told).expect("read");
        assert_eq!(told, "{\"cannot-run\":{\"reason\":\"two\\nlines\"}}\n");
    }
}
