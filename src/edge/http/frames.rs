/// Reads the frame headers of one direction of a WebSocket without touching anything.
///
/// It only watches: bytes that are not WebSocket frames make it count nonsense, never fail.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::edge) struct Frames {
    /// Bytes of the header seen so far.
    seen: u8,
    opcode: u8,
    masked: bool,
    /// Bytes of the extended length still to come.
    length_bytes: u8,
    /// Payload (and mask) bytes of the current frame still to come.
    left: u64,
}

/// What passed in one piece of the stream.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::edge) struct Seen {
    /// Some bytes of a message with data.
    pub(in crate::edge) message: bool,
    /// Some bytes of a ping or a pong.
    pub(in crate::edge) ping: bool,
    /// Some bytes of a close.
    pub(in crate::edge) close: bool,
}

impl Frames {
    /// Looks at the next bytes of the stream.
    pub(in crate::edge) fn watch(&mut self, bytes: &[u8]) -> Seen {
        let mut seen = Seen::default();
        let mut rest = bytes;
        while let Some((byte, behind)) = rest.split_first() {
            if self.in_payload() {
                let n = usize::try_from(self.left).unwrap_or(usize::MAX).min(rest.len());
                self.left -= n as u64;
                rest = &rest[n..];
                self.note(&mut seen);
            } else {
                self.header(*byte);
                rest = behind;
            }
            if self.is_over() {
                self.note(&mut seen);
                *self = Self::default();
            }
        }
        seen
    }

    fn in_payload(self) -> bool {
        self.seen >= 2 && self.length_bytes == 0
    }

    fn is_over(self) -> bool {
        self.in_payload() && self.left == 0
    }

    fn header(&mut self, byte: u8) {
        match self.seen {
            0 => self.opcode = byte & 0x0f,
            1 => self.lengths(byte),
            _ => self.extended(byte),
        }
        self.seen = self.seen.saturating_add(1);
        if self.in_payload() && self.masked {
            self.left = self.left.saturating_add(4);
        }
    }

    fn lengths(&mut self, byte: u8) {
        self.masked = byte & 0x80 != 0;
        match byte & 0x7f {
            126 => self.length_bytes = 2,
            127 => self.length_bytes = 8,
            short => self.left = u64::from(short),
        }
    }

    fn extended(&mut self, byte: u8) {
        self.left = (self.left << 8) | u64::from(byte);
        self.length_bytes -= 1;
    }

    fn note(self, seen: &mut Seen) {
        match self.opcode {
            0..=2 => seen.message = true,
            8 => seen.close = true,
            9 | 10 => seen.ping = true,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn frame(opcode: u8, payload: usize, mask: Option<[u8; 4]>) -> Vec<u8> {
        let masked = if mask.is_some() { 0x80 } else { 0 };
        let mut bytes = vec![0x80 | opcode];
        match payload {
            0..126 => bytes.push(masked | u8::try_from(payload).unwrap()),
            126..0x1_0000 => {
                bytes.push(masked | 0x7e);
                bytes.extend(u16::try_from(payload).unwrap().to_be_bytes());
            }
            _ => {
                bytes.push(masked | 0x7f);
                bytes.extend((payload as u64).to_be_bytes());
            }
        }
        bytes.extend(mask.into_iter().flatten());
        bytes.resize(bytes.len() + payload, 0x8a);
        bytes
    }

    #[test]
    fn every_byte_of_a_long_message_is_a_message() {
        let bytes = frame(2, 70_000, None);
        let mut frames = Frames::default();
        for piece in bytes.chunks(1_000) {
            assert_eq!(frames.watch(piece), Seen { message: true, ..Seen::default() });
        }
    }

    #[test]
    fn a_ping_without_payload_is_seen_at_its_last_header_byte() {
        let mut frames = Frames::default();
        assert_eq!(frames.watch(&[0x89]), Seen::default());
        assert!(frames.watch(&[0x00]).ping);
    }

    proptest! {
        #[test]
        fn frames_are_seen_whatever_the_pieces(
            sent in proptest::collection::vec((0_u8..11, prop_oneof![0_usize..200, 60_000_usize..70_000], any::<Option<[u8; 4]>>()), 1..6),
            cut in 1_usize..5_000,
        ) {
            let bytes: Vec<u8> = sent.iter().flat_map(|(opcode, size, mask)| frame(*opcode, *size, *mask)).collect();
            let mut frames = Frames::default();
            let mut seen = Seen::default();
            for piece in bytes.chunks(cut) {
                let now = frames.watch(piece);
                seen = Seen {
                    message: seen.message | now.message,
                    ping: seen.ping | now.ping,
                    close: seen.close | now.close,
                };
            }
            let any = |wanted: fn(u8) -> bool| sent.iter().any(|(opcode, ..)| wanted(*opcode));
            prop_assert_eq!(seen.message, any(|opcode| opcode <= 2));
            prop_assert_eq!(seen.ping, any(|opcode| opcode == 9 || opcode == 10));
            prop_assert_eq!(seen.close, any(|opcode| opcode == 8));
        }

        #[test]
        fn bytes_that_are_no_frames_do_no_harm(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = Frames::default().watch(&bytes);
        }
    }
}
