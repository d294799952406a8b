//! Pieces of output become lines.

/// A line longer than this is cut into several, as engines themselves do.
const LINE_MAX: usize = 16 * 1024;

/// The line that is being received on one stream.
#[derive(Debug, Default)]
pub(super) struct Lines {
    open: Vec<u8>,
}

impl Lines {
    /// The lines that `piece` completes.
    pub(super) fn push(&mut self, piece: &[u8]) -> Vec<String> {
        let mut done = Vec::new();
        for part in piece.split_inclusive(|byte| *byte == b'\n') {
            self.open.extend_from_slice(part);
            if self.open.ends_with(b"\n") {
                self.open.pop();
                self.cut(&mut done);
                done.push(self.rest());
            } else {
                self.cut(&mut done);
            }
        }
        done
    }

    /// The last line, when the output ended without a line end.
    pub(super) fn finish(&mut self) -> Option<String> {
        (!self.open.is_empty()).then(|| self.rest())
    }

    fn cut(&mut self, done: &mut Vec<String>) {
        while self.open.len() > LINE_MAX {
            let rest = self.open.split_off(boundary(&self.open));
            done.push(text(&std::mem::replace(&mut self.open, rest)));
        }
    }

    fn rest(&mut self) -> String {
        let mut line = std::mem::take(&mut self.open);
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        text(&line)
    }
}

/// The last place within the limit that does not split a character.
fn boundary(bytes: &[u8]) -> usize {
    let starts = |at: &usize| bytes.get(*at).is_some_and(|byte| byte & 0b1100_0000 != 0b1000_0000);
    (LINE_MAX - 3..=LINE_MAX).rev().find(starts).unwrap_or(LINE_MAX)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_line_in_two_pieces_is_one_line() {
        let mut lines = Lines::default();
        assert!(lines.push(b"hel").is_empty());
        assert_eq!(lines.push(b"lo\r\nnext\nopen"), ["hello", "next"]);
        assert_eq!(lines.finish().as_deref(), Some("open"));
        assert_eq!(lines.finish(), None);
    }

    #[test]
    fn an_empty_line_is_a_line() {
        assert_eq!(Lines::default().push(b"\n\n"), ["", ""]);
    }

    #[test]
    fn a_very_long_line_is_cut_and_nothing_is_lost() {
        let mut lines = Lines::default();
        let long = "é".repeat(20_000);
        let mut parts = lines.push(long.as_bytes());
        parts.extend(lines.push(b"\n"));
        assert!(parts.len() > 1 && parts.iter().all(|part| part.len() <= LINE_MAX));
        assert_eq!(parts.concat(), long);
    }

    proptest! {
        #[test]
        fn where_the_pieces_break_makes_no_difference(
            text in "[a-zé\n]{0,200}",
            cuts in proptest::collection::vec(1_usize..9, 0..60),
        ) {
            let mut lines = Lines::default();
            let mut rest = text.as_bytes();
            let mut found = Vec::new();
            for cut in cuts {
                let (piece, after) = rest.split_at(cut.min(rest.len()));
                found.extend(lines.push(piece));
                rest = after;
            }
            found.extend(lines.push(rest));
            found.extend(lines.finish());
            let expected: Vec<_> = text.lines().map(str::to_owned).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
