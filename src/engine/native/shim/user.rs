//! Whom an app runs as: names and numbers, understood as Docker understands them.

use std::collections::BTreeSet;
use std::fmt;

use rustix::process::{Gid, Uid};
use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};

use super::Word;
use super::stage::Stage;

/// A user with its groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    pub uid: u32,
    pub gid: u32,
    /// Other groups it belongs to.
    pub groups: Vec<u32>,
    /// Home folder.
    pub home: String,
}

/// A name that the machine does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unknown {
    User(String),
    Group(String),
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(name) => write!(f, "user `{name}`"),
            Self::Group(name) => write!(f, "group `{name}`"),
        }
    }
}

/// Finds `name`, `id`, `name:group` and the like in the texts of `/etc/passwd` and `/etc/group`. A number
/// need not be there: its group is 0 and its home `/`. With a group given, the user has no others.
pub(super) fn find(wanted: &str, passwd: &str, group: &str) -> Result<Identity, Unknown> {
    let (user, own_group) = wanted.split_once(':').map_or((wanted, None), |(user, group)| (user, Some(group)));
    let entry = entries(passwd).find(|entry| entry.is(user, |number| entry.at(2) == Some(number)));
    let mut found = match (&entry, user.parse()) {
        (Some(entry), _) => entry.identity(),
        (None, Ok(uid)) => Identity { uid, gid: 0, groups: Vec::new(), home: "/".to_owned() },
        (None, Err(_)) => return Err(Unknown::User(user.to_owned())),
    };
    if let Some(own_group) = own_group.filter(|group| !group.is_empty()) {
        found.gid = find_group(own_group, group)?;
    } else if let Some(name) = entry.as_ref().and_then(|entry| entry.fields.first()) {
        let member = |entry: &Entry| entry.fields.get(3).is_some_and(|names| names.split(',').any(|one| one == *name));
        found.groups = entries(group).filter(member).filter_map(|entry| entry.at(2)).collect();
    }
    Ok(found)
}

/// The number of a group, by name or number.
fn find_group(wanted: &str, group: &str) -> Result<u32, Unknown> {
    let known = entries(group).find(|entry| entry.is(wanted, |number| entry.at(2) == Some(number)));
    let number = known.and_then(|entry| entry.at(2)).or_else(|| wanted.parse().ok());
    number.ok_or_else(|| Unknown::Group(wanted.to_owned()))
}

/// The home folder of a user by number; `/` when it has none.
pub(super) fn home_of(uid: u32, passwd: &str) -> String {
    entries(passwd).find(|entry| entry.at(2) == Some(uid)).map_or_else(|| "/".to_owned(), |entry| entry.identity().home)
}

/// A number that neither a user nor a group has, from 1000 on.
pub(super) fn free_number(passwd: &str, group: &str) -> u32 {
    let taken: BTreeSet<u32> = entries(passwd).chain(entries(group)).filter_map(|entry| entry.at(2)).collect();
    (1000..u32::MAX).find(|number| !taken.contains(number)).unwrap_or(1000)
}

/// Whether a line can be written for somebody called so.
pub(super) fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|one| one.is_ascii_alphanumeric() || matches!(one, '_' | '-' | '.'))
}

/// Becomes the user: groups first, for afterwards there is no right to.
pub(super) fn become_user(identity: &Identity) -> Result<(), Word> {
    let (uid, gid) = (Uid::from_raw(identity.uid), Gid::from_raw(identity.gid));
    let is_root = rustix::process::geteuid().is_root();
    if !is_root && uid == rustix::process::geteuid() && gid == rustix::process::getegid() {
        return Ok(());
    }
    let groups: Vec<Gid> = identity.groups.iter().map(|group| Gid::from_raw(*group)).collect();
    set_thread_groups(&groups)
        .and_then(|()| set_thread_res_gid(gid, gid, gid))
        .and_then(|()| set_thread_res_uid(uid, uid, uid))
        .stage(format!("become user {}", identity.uid))
}

/// A line of `/etc/passwd` or `/etc/group`.
struct Entry<'a> {
    fields: Vec<&'a str>,
}

impl Entry<'_> {
    fn at(&self, place: usize) -> Option<u32> {
        self.fields.get(place)?.parse().ok()
    }

    /// Whether it is called so, or has that number.
    fn is(&self, wanted: &str, numbered: impl Fn(u32) -> bool) -> bool {
        self.fields.first() == Some(&wanted) || wanted.parse().is_ok_and(numbered)
    }

    fn identity(&self) -> Identity {
        let home = self.fields.get(5).filter(|home| home.starts_with('/')).unwrap_or(&"/");
        Identity {
            uid: self.at(2).unwrap_or_default(),
            gid: self.at(3).unwrap_or_default(),
            groups: Vec::new(),
            home: (*home).to_owned(),
        }
    }
}

/// The lines that have a name and a number. Comments, and what other name services left there, have none.
fn entries(text: &str) -> impl Iterator<Item = Entry<'_>> {
    let lines = text.lines().map(|line| Entry { fields: line.split(':').collect() });
    lines.filter(|entry| entry.at(2).is_some() && entry.fields.first().is_some_and(|name| !name.is_empty()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PASSWD: &str = "root:x:0:0:root:/root:/bin/sh\n# note\n+::::::\nanna:x:1000:1001:Anna:/home/anna:/bin/sh\n\
        7:x:70:70::/seven:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\nbare:x:5:6\n";
    const GROUP: &str = "root:x:0:\nanna:x:1001:\nvideo:x:44:anna,root\naudio:x:29:bert,anna\nstaff:x:50:\n";

    fn found(wanted: &str) -> (u32, u32, Vec<u32>, String) {
        let Identity { uid, gid, groups, home } = find(wanted, PASSWD, GROUP).expect("known");
        (uid, gid, groups, home)
    }

    #[test]
    fn a_name_and_its_number_mean_the_same_user_with_all_its_groups() {
        let anna = (1000, 1001, vec![44, 29], "/home/anna".to_owned());
        assert_eq!(found("anna"), anna);
        assert_eq!(found("1000"), anna);
        assert_eq!(found("anna:"), anna);
    }

    #[test]
    fn a_group_that_is_given_is_the_only_one() {
        assert_eq!(found("anna:staff"), (1000, 50, vec![], "/home/anna".into()));
        assert_eq!(found("1000:1234"), (1000, 1234, vec![], "/home/anna".into()));
        assert_eq!(found("4321:video"), (4321, 44, vec![], "/".into()));
    }

    #[test]
    fn a_number_need_not_be_known_and_a_name_comes_before_a_number() {
        assert_eq!(found("4321"), (4321, 0, vec![], "/".into()));
        assert_eq!(found("7"), (70, 70, vec![], "/seven".into()));
        assert_eq!(found("bare"), (5, 6, vec![], "/".into()));
    }

    #[test]
    fn what_is_not_known_is_named() {
        assert_eq!(find("eve", PASSWD, GROUP), Err(Unknown::User("eve".into())));
        assert_eq!(find("+", PASSWD, GROUP), Err(Unknown::User("+".into())));
        assert_eq!(find("anna:crew", PASSWD, GROUP), Err(Unknown::Group("crew".into())));
        assert_eq!(find("99999999999", PASSWD, GROUP), Err(Unknown::User("99999999999".into())));
    }

    #[test]
    fn a_free_number_is_nobodys() {
        assert_eq!(free_number(PASSWD, GROUP), 1002);
        assert_eq!(free_number("", ""), 1000);
    }

    #[test]
    fn a_name_that_would_break_a_line_is_none() {
        assert!(["app", "_x", "web-1.2"].into_iter().all(is_name));
        assert!(["", "a:b", "a\nb", "+", "1a", "ä"].into_iter().all(|name| !is_name(name)));
    }

    #[test]
    fn the_home_of_a_number_is_the_first_entrys() {
        assert_eq!(home_of(1000, PASSWD), "/home/anna");
        assert_eq!(home_of(4321, PASSWD), "/");
    }

    proptest! {
        #[test]
        fn junk_never_panics(wanted in ".{0,20}", passwd in "[a-z0-9:\n]{0,200}", group in "[a-z0-9:,\n]{0,200}") {
            let _ = find(&wanted, &passwd, &group);
            let _ = home_of(0, &passwd);
        }
    }
}
