use std::fs;
use std::io;
use std::path::Path;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use serde::{Deserialize, Serialize};

/// The version of the form of cards, and of the language of questions and answers.
pub const VERSION: u32 = 1;

/// What the folder of an app in the background says about it, for when nobody answers any more.
/// It holds no secret and nothing that was typed but names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// [`VERSION`] of the emu that wrote it.
    pub version: u32,
    /// Version of that emu.
    pub emu_version: String,
    /// What was run.
    pub app: String,
    /// The plan's id.
    pub profile: String,
    /// The id of its run in the record.
    pub run: String,
    /// Wall clock at the start, RFC 3339.
    pub started: String,
    /// Its process.
    pub pid: u32,
    /// Which start of the machine this was, where the system tells.
    pub boot: Option<String>,
    /// The address of its front door, once it serves.
    pub address: Option<String>,
    /// How it ended, as a sentence; `None` while it runs, and when nobody was left to write it down.
    pub ended: Option<String>,
}

impl Card {
    /// Reads it. `None` where there is none, or none that can be read.
    pub(super) fn read(path: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(path).ok()?).ok()
    }

    /// Writes it in one move, so that nobody ever reads half of it.
    pub(super) fn write(&self, path: &Path) -> io::Result<()> {
        let early = path.with_extension("new");
        fs::write(&early, serde_json::to_vec_pretty(self)?)?;
        fs::rename(&early, path)
    }

    /// Waits until the process of a supervisor that was killed has ended: it lets go of its folder a moment
    /// before. No longer than a second, for by now the number may be somebody else's.
    pub fn wait_for_end(&self) {
        let Some(pid) = i32::try_from(self.pid).ok().and_then(Pid::from_raw) else { return };
        let Ok(process) = pidfd_open(pid, PidfdFlags::empty()) else { return };
        let second = Timespec { tv_sec: 1, tv_nsec: 0 };
        // Whoever cannot be waited for is looked at as it is.
        let _ = poll(&mut [PollFd::new(&process, PollFlags::IN)], Some(&second));
    }

    /// How a run ended that nobody is left to speak for; `boot` is the machine's start of now.
    pub fn fate(&self, boot: Option<&str>) -> String {
        match &self.ended {
            Some(ended) => ended.clone(),
            None if self.boot.is_some() && self.boot.as_deref() != boot => {
                "the machine was restarted meanwhile".to_owned()
            }
            None => "its supervisor was killed".to_owned(),
        }
    }
}

/// Which start of the machine this is, where the system tells.
pub fn boot() -> Option<String> {
    let text = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(text.trim().to_owned()).filter(|id| !id.is_empty())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn card() -> Card {
        Card {
            version: VERSION,
            emu_version: "0.1.0".into(),
            app: "shop".into(),
            profile: "plan".into(),
            run: "20261122-1618-k3f9".into(),
            started: "2026-11-22T16:18:00Z".into(),
            pid: 4_711,
            boot: Some("one".into()),
            address: None,
            ended: None,
        }
    }

    #[test]
    fn a_card_is_read_as_it_was_written_and_half_a_card_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("card.json");
        assert_eq!(Card::read(&path), None);
        card().write(&path).unwrap();
        assert_eq!(Card::read(&path), Some(card()));
        fs::write(&path, "{\"version\":").unwrap();
        assert_eq!(Card::read(&path), None);
    }

    #[test]
    fn without_a_last_word_the_fate_is_told_from_what_is_known() {
        let fate = |card: Card, boot| card.fate(boot);
        assert_eq!(fate(card(), Some("one")), "its supervisor was killed");
        assert_eq!(fate(card(), Some("two")), "the machine was restarted meanwhile");
        let ended = Card { ended: Some("interrupted".into()), ..card() };
        assert_eq!(fate(ended, Some("two")), "interrupted");
        assert_eq!(fate(Card { boot: None, ..card() }, Some("two")), "its supervisor was killed");
    }
}
