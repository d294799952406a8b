use super::chunks::{BadChunk, Chunks};

/// What is still to come of a body.
#[derive(Debug, Clone, Default)]
pub enum Body {
    /// Nothing.
    #[default]
    Done,
    /// So many bytes.
    Length(u64),
    /// Chunks, which end themselves.
    Chunked(Chunks),
    /// Everything until the connection ends.
    UntilClose,
}

/// What was found at the front of some bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// So many bytes belong to the body, framing included.
    pub bytes: usize,
    /// So many of them are content.
    pub content: u64,
}

impl Body {
    /// A body of so many bytes.
    pub fn length(length: u64) -> Self {
        if length == 0 { Self::Done } else { Self::Length(length) }
    }

    /// A body in chunks.
    pub fn chunked() -> Self {
        Self::Chunked(Chunks::default())
    }

    /// Whether nothing is to come.
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Done)
    }

    /// Whether it comes in chunks.
    pub fn is_chunked(&self) -> bool {
        matches!(self, Self::Chunked(_))
    }

    /// Takes what belongs to the body from the front of `bytes`, and hands its content to `content`.
    pub fn take(&mut self, bytes: &[u8], mut content: impl FnMut(&[u8])) -> Result<Taken, BadChunk> {
        let mut count = 0;
        let taken = match self {
            Self::Done => 0,
            Self::Length(left) => {
                let n = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
                *left -= n as u64;
                count = n as u64;
                content(&bytes[..n]);
                n
            }
            Self::Chunked(chunks) => chunks.take(bytes, |data| {
                count += data.len() as u64;
                content(data);
            })?,
            Self::UntilClose => {
                count = bytes.len() as u64;
                content(bytes);
                bytes.len()
            }
        };
        let ended = match self {
            Self::Length(left) => *left == 0,
            Self::Chunked(chunks) => chunks.is_done(),
            Self::Done | Self::UntilClose => false,
        };
        if ended {
            *self = Self::Done;
        }
        Ok(Taken { bytes: taken, content: count })
    }
}
