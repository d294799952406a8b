use std::cell::RefCell;
use std::collections::BTreeMap;

/// So many different kinds of trouble are told; the rest are counted only.
const TOLD: usize = 5;

/// What was not as users expected, and how often.
#[derive(Debug, Default)]
pub(super) struct Troubles(RefCell<BTreeMap<String, u64>>);

impl Troubles {
    pub(super) fn add(&self, what: String) {
        *self.0.borrow_mut().entry(what).or_default() += 1;
    }

    /// Says every kind of trouble once, the most frequent first, and forgets them.
    pub(super) fn tell(&self, say: impl Fn(String)) {
        let troubles = self.0.take();
        let mut told: Vec<(String, u64)> = troubles.into_iter().collect();
        told.sort_by_key(|(_, times)| std::cmp::Reverse(*times));
        for (what, times) in told.iter().take(TOLD) {
            let times = if *times == 1 { "once".to_owned() } else { format!("{times} times") };
            say(format!("{times}: {what}"));
        }
        if told.len() > TOLD {
            say(format!("and {} other kinds of trouble", told.len() - TOLD));
        }
    }
}
