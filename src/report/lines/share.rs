use super::{Detail, Tag, Tone};
use crate::event::{Share, ShareWhy};
use crate::report::words;
use crate::units::Elapsed;

/// After an empty bank was told, it is told again only after this time: one that is little above empty
/// runs dry every few seconds.
const PAUSE: Elapsed = Elapsed::from_secs(10);

/// Changes of the CPU share as lines: that the bank ran dry, and the first time that CPU is withheld;
/// every change when verbose. The summary has the times and the counts.
#[derive(Debug, Clone)]
pub(super) struct ShareLines {
    detail: Detail,
    dry: Option<Elapsed>,
    withheld: bool,
}

impl ShareLines {
    pub(super) fn new(detail: Detail) -> Self {
        Self { detail, dry: None, withheld: false }
    }

    pub(super) fn add(&mut self, at: Elapsed, share: &Share) -> Vec<(Tag, Tone, String)> {
        let news = match share.why {
            ShareWhy::BankEmpty if self.dry.is_none_or(|dry| at.since(dry) >= PAUSE) => {
                self.dry = Some(at);
                true
            }
            ShareWhy::NoRequest => !std::mem::replace(&mut self.withheld, true),
            _ => false,
        };
        if !news && self.detail == Detail::Normal {
            return Vec::new();
        }
        let tone = if share.why == ShareWhy::BankEmpty { Tone::Warn } else { Tone::Dim };
        vec![(Tag::Share, tone, format!("{}: {}", share.share, words::share(share)))]
    }
}
