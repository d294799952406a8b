/// The longest extension of one chunk, and the most trailer bytes. Nobody uses either for good.
const MOST_ASIDE: u32 = 4096;

/// Follows chunked coding through bytes that come in pieces of any size.
///
/// Strict, because a proxy and an app that read chunks differently are how requests are smuggled:
/// every line ends with CR LF, sizes are plain hexadecimal digits, nothing stands around them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Chunks {
    state: State,
    aside: u32,
}

/// Not chunked coding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadChunk;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Inside the size: its value and its number of digits.
    Size(u64, u8),
    /// Behind a semicolon.
    Extension(u64),
    /// Behind the CR of the size's line.
    SizeFeed(u64),
    Data(u64),
    /// Behind the data, then behind its CR.
    DataReturn,
    DataFeed,
    /// At the start of a line behind the last chunk.
    Trailer,
    TrailerName,
    TrailerValue,
    TrailerFeed,
    /// Behind the CR of the empty line.
    LastFeed,
    Done,
}

impl Default for State {
    fn default() -> Self {
        Self::Size(0, 0)
    }
}

impl Chunks {
    /// Whether the last chunk and its trailers are over.
    pub fn is_done(self) -> bool {
        self.state == State::Done
    }

    /// How many of `bytes` belong to the body. Its content goes to `data`.
    pub fn take(&mut self, bytes: &[u8], mut data: impl FnMut(&[u8])) -> Result<usize, BadChunk> {
        let mut at = 0;
        while at < bytes.len() && !self.is_done() {
            if let State::Data(left) = self.state {
                let n = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len() - at);
                data(&bytes[at..at + n]);
                at += n;
                let left = left - n as u64;
                self.state = if left == 0 { State::DataReturn } else { State::Data(left) };
            } else {
                self.state = self.step(bytes[at])?;
                at += 1;
            }
        }
        Ok(at)
    }

    fn step(&mut self, byte: u8) -> Result<State, BadChunk> {
        Ok(match (self.state, byte) {
            (State::Size(size, digits @ 0..15), _) if byte.is_ascii_hexdigit() => {
                State::Size(size * 16 + u64::from(digit(byte)), digits + 1)
            }
            (State::Size(size, 1..), b';') => State::Extension(size),
            (State::Size(size, 1..) | State::Extension(size), b'\r') => State::SizeFeed(size),
            (State::Extension(size), _) if is_text(byte) => self.aside(State::Extension(size))?,
            (State::SizeFeed(0) | State::TrailerFeed, b'\n') => State::Trailer,
            (State::SizeFeed(size), b'\n') => State::Data(size),
            (State::DataReturn, b'\r') => State::DataFeed,
            (State::DataFeed, b'\n') => State::Size(0, 0),
            (State::Trailer, b'\r') => State::LastFeed,
            (State::TrailerName, b':') => self.aside(State::TrailerValue)?,
            (State::Trailer | State::TrailerName, _) if is_token(byte) => self.aside(State::TrailerName)?,
            (State::TrailerValue, b'\r') => State::TrailerFeed,
            (State::TrailerValue, _) if is_text(byte) => self.aside(State::TrailerValue)?,
            (State::LastFeed, b'\n') => State::Done,
            _ => return Err(BadChunk),
        })
    }

    fn aside(&mut self, next: State) -> Result<State, BadChunk> {
        self.aside += 1;
        if self.aside > MOST_ASIDE { Err(BadChunk) } else { Ok(next) }
    }
}

fn digit(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => byte - b'0',
        _ => (byte | 0x20) - b'a' + 10,
    }
}

fn is_text(byte: u8) -> bool {
    byte == b'\t' || (byte >= b' ' && byte != 0x7f)
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}
