use crate::event::LoadFailure;
use crate::scenario::Expect;

/// Looks at an answer as it comes, and says whether it is the one that was expected.
#[derive(Debug, Default)]
pub(super) struct Sight {
    expect: Expect,
    holds: Option<Search>,
    lacks: Option<Search>,
    /// So much of the body is kept, to be shown.
    keep: usize,
    pub(super) beginning: Vec<u8>,
    /// The head of the answer as it came, where anything is kept.
    pub(super) head: Vec<u8>,
}

impl Sight {
    /// `keep` is how many bytes of the body are kept.
    pub(super) fn new(expect: &Expect, keep: usize) -> Self {
        let search = |text: &Option<String>| text.as_deref().map(Search::new);
        Self {
            holds: search(&expect.holds),
            lacks: search(&expect.lacks),
            expect: expect.clone(),
            keep,
            beginning: Vec::new(),
            head: Vec::new(),
        }
    }

    /// Whether the body need not be looked at.
    pub(super) fn is_blind(&self) -> bool {
        self.holds.is_none() && self.lacks.is_none() && self.keep == 0
    }

    /// A new answer begins.
    pub(super) fn begin(&mut self) {
        self.beginning.clear();
        self.head.clear();
        self.holds.iter_mut().chain(&mut self.lacks).for_each(Search::begin);
    }

    /// The head of the answer, or of one that is only said in between.
    pub(super) fn hear(&mut self, head: &[u8]) {
        if self.keep > 0 {
            self.head.clear();
            self.head.extend_from_slice(head);
        }
    }

    /// The next piece of the body.
    pub(super) fn see(&mut self, piece: &[u8]) {
        let room = self.keep.saturating_sub(self.beginning.len()).min(piece.len());
        self.beginning.extend_from_slice(&piece[..room]);
        self.holds.iter_mut().chain(&mut self.lacks).for_each(|search| search.see(piece));
    }

    /// What is wrong with an answer of this status whose body was seen.
    pub(super) fn judge(&self, status: u16) -> Result<(), LoadFailure> {
        let right = self.expect.status.map_or(status < 400, |wanted| status == wanted);
        let holds = self.holds.as_ref().is_none_or(|search| search.found);
        let lacks = self.lacks.as_ref().is_none_or(|search| !search.found);
        match (right, holds && lacks) {
            (false, _) => Err(LoadFailure::Status(status)),
            (true, false) => Err(LoadFailure::Body),
            (true, true) => Ok(()),
        }
    }
}

/// Looks for a text in pieces of any size.
#[derive(Debug)]
struct Search {
    text: Vec<u8>,
    found: bool,
    /// The end of what was seen, shorter than the text.
    tail: Vec<u8>,
}

impl Search {
    fn new(text: &str) -> Self {
        Self { text: text.as_bytes().to_vec(), found: text.is_empty(), tail: Vec::new() }
    }

    fn begin(&mut self) {
        self.found = self.text.is_empty();
        self.tail.clear();
    }

    fn see(&mut self, piece: &[u8]) {
        if self.found {
            return;
        }
        let longest = self.text.len() - 1;
        // Across the border first, then within the piece.
        let border = self.tail.len();
        self.tail.extend_from_slice(&piece[..piece.len().min(longest)]);
        self.found = is_in(&self.tail, &self.text) || is_in(piece, &self.text);
        if piece.len() >= longest {
            self.tail.clear();
            self.tail.extend_from_slice(&piece[piece.len() - longest..]);
        } else {
            debug_assert_eq!(self.tail.len(), border + piece.len(), "a short piece is kept whole");
            let over = self.tail.len().saturating_sub(longest);
            self.tail.drain(..over);
        }
    }
}

fn is_in(hay: &[u8], text: &[u8]) -> bool {
    let Some(first) = text.first() else { return true };
    let mut rest = hay;
    while let Some(at) = rest.iter().position(|byte| byte == first) {
        if rest[at..].starts_with(text) {
            return true;
        }
        rest = &rest[at + 1..];
    }
    false
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn verdict(expect: &Expect, status: u16, body: &str) -> Result<(), LoadFailure> {
        let mut sight = Sight::new(expect, 0);
        sight.begin();
        sight.see(body.as_bytes());
        sight.judge(status)
    }

    #[test]
    fn without_a_wish_anything_below_400_will_do() {
        let any = Expect::default();
        assert_eq!(verdict(&any, 200, ""), Ok(()));
        assert_eq!(verdict(&any, 302, ""), Ok(()));
        assert_eq!(verdict(&any, 404, ""), Err(LoadFailure::Status(404)));
    }

    #[test]
    fn a_status_or_a_text_may_be_asked_for() {
        let wish =
            Expect { status: Some(404), holds: Some("tea".into()), lacks: Some("coffee".into()), exception: false };
        assert_eq!(verdict(&wish, 404, "green tea"), Ok(()));
        assert_eq!(verdict(&wish, 200, "green tea"), Err(LoadFailure::Status(200)));
        assert_eq!(verdict(&wish, 404, "water"), Err(LoadFailure::Body));
        assert_eq!(verdict(&wish, 404, "tea and coffee"), Err(LoadFailure::Body));
    }

    #[test]
    fn a_second_answer_is_not_judged_by_the_first() {
        let mut sight = Sight::new(&Expect { holds: Some("tea".into()), ..Expect::default() }, 4);
        sight.begin();
        sight.see(b"tea time");
        assert_eq!((sight.judge(200), sight.beginning.as_slice()), (Ok(()), b"tea ".as_slice()));
        sight.begin();
        sight.see(b"te");
        assert_eq!(sight.judge(200), Err(LoadFailure::Body));
    }

    proptest! {
        #[test]
        fn a_text_is_found_whatever_the_pieces(body in "[ab]{0,40}", text in "[ab]{1,6}", cut in 1_usize..8) {
            let mut search = Search::new(&text);
            body.as_bytes().chunks(cut).for_each(|piece| search.see(piece));
            prop_assert_eq!(search.found, body.contains(&text));
        }
    }
}
