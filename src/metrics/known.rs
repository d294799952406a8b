//! Kinds of apps that are known to tell of themselves. Data: a new kind is a new entry.

use super::{EVERY, Select, Wanted};

/// A kind of app. Its users open a WebSocket whose path nobody else has, so that one look at a handshake
/// tells the kind, and no other app is ever asked for what it does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// How the path of its WebSocket ends.
    socket: &'static str,
    /// Where it tells of itself, with the query that keeps the answer small.
    path: &'static str,
    users: &'static str,
    /// Name, label and value of the label.
    caches: &'static [(&'static str, &'static str, &'static str)],
}

/// Streamlit: families as of 1.67. The count of users is there since 1.54, cache sizes since 1.28. Of the
/// other cache types one counts items under a name that says bytes, so only these two are taken.
const KINDS: &[Known] = &[Known {
    socket: "/_stcore/stream",
    path: "/_stcore/metrics?families=active_sessions&families=cache_memory_bytes",
    users: "active_sessions",
    caches: &[
        ("cache_memory_bytes", "cache_type", "st_cache_data"),
        ("cache_memory_bytes", "cache_type", "st_cache_resource"),
    ],
}];

/// What an app tells of itself whose WebSocket has this path; `None` for one of no known kind.
pub fn known(socket: &str) -> Option<Wanted> {
    KINDS.iter().find_map(|kind| socket.strip_suffix(kind.socket).map(|before| kind.wanted(before)))
}

impl Known {
    /// `before` is what stands before all of the app's paths: an app may live below one.
    fn wanted(&self, before: &str) -> Wanted {
        let caches = self.caches.iter().map(|(name, label, value)| Select::named(*name).with(label, value));
        Wanted {
            path: format!("{before}{}", self.path),
            users: Some(Select::named(self.users)),
            caches: caches.collect(),
            values: std::collections::BTreeMap::new(),
            every: EVERY,
        }
    }
}
