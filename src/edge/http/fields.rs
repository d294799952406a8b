use std::ops::Range;

/// More headers than this are refused, whatever the plan says.
pub(in crate::edge) const MOST_FIELDS: usize = 512;

/// A head whose lines do not all end with CR LF.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::edge) struct BareLineFeed;

/// Where the head ends (behind its empty line), or `None` when more bytes are needed.
///
/// `from` is how much was looked at before, so that a head that drips in is looked at only once.
pub(in crate::edge) fn head_end(bytes: &[u8], from: usize) -> Result<Option<usize>, BareLineFeed> {
    let mut at = from;
    while let Some(next) = bytes[at..].iter().position(|byte| *byte == b'\n') {
        let feed = at + next;
        if feed == 0 || bytes[feed - 1] != b'\r' {
            return Err(BareLineFeed);
        }
        if feed >= 2 && bytes[feed - 2] == b'\n' {
            return Ok(Some(feed + 1));
        }
        at = feed + 1;
    }
    Ok(None)
}

/// A header that means something to a proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::edge) enum Known {
    Accept,
    Connection,
    ContentLength,
    Expect,
    /// Means the connection it came on, and nothing behind it.
    Hop,
    Host,
    Other,
    TransferEncoding,
    Upgrade,
    UserAgent,
}

impl Known {
    fn of(name: &[u8]) -> Self {
        let is = |other: &[u8]| name.eq_ignore_ascii_case(other);
        match name.len() {
            2 if is(b"te") => Self::Hop,
            4 if is(b"host") => Self::Host,
            6 if is(b"accept") => Self::Accept,
            6 if is(b"expect") => Self::Expect,
            7 if is(b"upgrade") => Self::Upgrade,
            10 if is(b"connection") => Self::Connection,
            10 if is(b"keep-alive") => Self::Hop,
            10 if is(b"user-agent") => Self::UserAgent,
            14 if is(b"content-length") => Self::ContentLength,
            16 if is(b"proxy-connection") => Self::Hop,
            17 if is(b"transfer-encoding") => Self::TransferEncoding,
            18 if is(b"proxy-authenticate") => Self::Hop,
            19 if is(b"proxy-authorization") => Self::Hop,
            _ => Self::Other,
        }
    }
}

/// The headers of one head, with the bytes they came in. Used again for every head of a connection.
#[derive(Debug, Default)]
pub(in crate::edge) struct Fields {
    bytes: Vec<u8>,
    list: Vec<Field>,
}

#[derive(Debug, Clone)]
struct Field {
    known: Known,
    name: Range<usize>,
    value: Range<usize>,
}

impl Fields {
    /// Keeps a copy of a head and of what `httparse` found in it.
    pub(super) fn keep(&mut self, head: &[u8], found: &[httparse::Header<'_>]) {
        self.bytes.clear();
        self.bytes.extend_from_slice(head);
        self.list.clear();
        self.list.extend(found.iter().map(|header| Field {
            known: Known::of(header.name.as_bytes()),
            name: place(head, header.name.as_bytes()),
            value: place(head, header.value),
        }));
    }

    pub(in crate::edge) fn count(&self) -> usize {
        self.list.len()
    }

    /// A part of the head, by its place.
    pub(super) fn part(&self, place: &Range<usize>) -> &[u8] {
        &self.bytes[place.clone()]
    }

    /// Every header: what it means, its name, its value.
    pub(in crate::edge) fn iter(&self) -> impl Iterator<Item = (Known, &[u8], &[u8])> {
        self.list.iter().map(|field| (field.known, self.part(&field.name), self.part(&field.value)))
    }

    /// The values of the headers with this meaning.
    pub(super) fn values(&self, known: Known) -> impl Iterator<Item = &[u8]> {
        self.list.iter().filter(move |field| field.known == known).map(|field| self.part(&field.value))
    }

    /// The tokens of a header that is a list, all its lines together.
    pub(super) fn tokens(&self, known: Known) -> impl Iterator<Item = &[u8]> {
        let parts = self.values(known).flat_map(|value| value.split(|byte| *byte == b','));
        parts.map(<[u8]>::trim_ascii).filter(|token| !token.is_empty())
    }

    /// Hands the lines that `keep` wants to `write`, byte for byte; neighbours in one piece.
    pub(super) fn copy(&self, keep: impl Fn(Known, &[u8]) -> bool, mut write: impl FnMut(&[u8])) {
        let mut run: Option<Range<usize>> = None;
        for (index, field) in self.list.iter().enumerate() {
            let line = field.name.start..self.line_end(index);
            if keep(field.known, self.part(&field.name)) {
                run = Some(run.map_or(line.clone(), |run| run.start..line.end));
            } else if let Some(run) = run.take() {
                write(&self.bytes[run]);
            }
        }
        if let Some(run) = run {
            write(&self.bytes[run]);
        }
    }

    fn line_end(&self, index: usize) -> usize {
        // Behind the last header stands the empty line, two bytes.
        self.list.get(index + 1).map_or(self.bytes.len().saturating_sub(2), |next| next.name.start)
    }
}

/// The place of a part that lies inside `whole`. An empty part may lie anywhere.
pub(super) fn place(whole: &[u8], part: &[u8]) -> Range<usize> {
    let start = part.as_ptr().addr().wrapping_sub(whole.as_ptr().addr());
    if part.is_empty() || start > whole.len() { 0..0 } else { start..start + part.len() }
}
