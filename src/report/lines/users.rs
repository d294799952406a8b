use crate::event::Gauges;
use crate::report::words;

/// Tells a new high of users, more and more seldom the more there are: at 1, 2, 5, 10, 20, 50 and so on.
#[derive(Debug, Clone)]
pub(super) struct UserLines {
    next: u64,
}

impl UserLines {
    pub(super) fn new() -> Self {
        Self { next: 1 }
    }

    /// What is to be said, if anything.
    pub(super) fn add(&mut self, gauges: &Gauges) -> Option<String> {
        let users = gauges.users.unwrap_or_default().max(gauges.sockets);
        if users < self.next {
            return None;
        }
        while self.next <= users {
            self.next = above(self.next);
        }
        Some(format!("{} connected, the most so far", words::count(users, "user", "users")))
    }
}

/// The mark above one of 1, 2, 5, 10, 20, 50 and so on.
fn above(mark: u64) -> u64 {
    let leading = mark.to_string().starts_with('2');
    if leading { mark.saturating_mul(5) / 2 } else { mark.saturating_mul(2) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_marks_are_told() {
        let mut lines = UserLines::new();
        let told = |users: u64| Gauges { sockets: users, ..Gauges::default() };
        let said: Vec<Option<String>> =
            [0, 1, 2, 3, 4, 3, 7, 8, 60, 99, 100].map(|users| lines.add(&told(users))).into();
        let said: Vec<&str> = said.iter().flatten().map(|line| line.split(' ').next().unwrap()).collect();
        assert_eq!(said, ["1", "2", "7", "60", "100"]);
    }
}
