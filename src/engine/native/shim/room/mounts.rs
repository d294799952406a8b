//! What is mounted where, as `/proc/self/mountinfo` tells it (`proc_pid_mountinfo(5)`).

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

/// A mount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mount {
    number: u32,
    parent: u32,
    /// Where it is seen.
    pub point: PathBuf,
    /// The file system: `ext4`.
    pub kind: String,
    /// How this very mount may be used: `ro`, `nosuid`.
    options: Vec<String>,
    /// How the file system below it may be used.
    below: Vec<String>,
}

impl Mount {
    /// Whether this mount was made with an option.
    pub(super) fn has(&self, option: &str) -> bool {
        self.options.iter().any(|one| one == option)
    }

    /// Nothing can be written there.
    pub(super) fn is_read_only(&self) -> bool {
        self.has("ro") || self.below.iter().any(|one| one == "ro")
    }
}

/// The mounts of which something can be seen, each once, parents before children.
pub(super) fn visible(mountinfo: &str) -> Vec<Mount> {
    let all: Vec<Mount> = mountinfo.lines().filter_map(parse).collect();
    let is_root = |mount: &&Mount| {
        mount.point == Path::new("/") && all.iter().all(|one| one.number != mount.parent || one.number == mount.number)
    };
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    let mut open: Vec<&Mount> = all.iter().find(is_root).into_iter().collect();
    while let Some(mount) = open.pop() {
        // Nobody is his own ancestor; a table that says so ends the search all the same.
        if !seen.insert(mount.number) {
            continue;
        }
        let children: Vec<&Mount> = all.iter().filter(|one| one.parent == mount.number).collect();
        if let Some(cover) = children.iter().find(|child| child.point == mount.point && child.number != mount.number) {
            open.push(cover);
            continue;
        }
        let hides = |one: &Mount, other: &Mount| one.point != other.point && other.point.starts_with(&one.point);
        open.extend(children.iter().filter(|child| !children.iter().any(|one| hides(one, child))));
        found.push(mount.clone());
    }
    found.sort_by_key(|mount| (mount.point.components().count(), mount.point.clone()));
    found
}

fn parse(line: &str) -> Option<Mount> {
    let (left, right) = line.split_once(" - ")?;
    let left: Vec<&str> = left.split(' ').collect();
    let right: Vec<&str> = right.split(' ').collect();
    let list = |text: &str| text.split(',').map(str::to_owned).collect();
    Some(Mount {
        number: left.first()?.parse().ok()?,
        parent: left.get(1)?.parse().ok()?,
        point: unescaped(left.get(4)?),
        options: list(left.get(5)?),
        kind: (*right.first()?).to_owned(),
        below: list(right.get(2).unwrap_or(&"")),
    })
}

/// Blanks, line ends and backslashes stand as a backslash with three octal digits.
fn unescaped(text: &str) -> PathBuf {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..3).and_then(|digits| std::str::from_utf8(digits).ok());
        let escaped = digits.and_then(|digits| u8::from_str_radix(digits, 8).ok()).filter(|_| *first == b'\\');
        bytes.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() { after.get(3..).unwrap_or_default() } else { after };
    }
    OsString::from_vec(bytes).into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn points(mountinfo: &str) -> Vec<(String, String)> {
        let found = visible(mountinfo);
        found.into_iter().map(|mount| (mount.point.display().to_string(), mount.kind)).collect()
    }

    fn pair(point: &str, kind: &str) -> (String, String) {
        (point.into(), kind.into())
    }

    #[test]
    fn a_line_has_optional_fields_in_its_middle() {
        let line = "36 27 98:0 /mnt1 /mnt2 rw,noatime master:1 shared:7 - ext3 /dev/root rw,errors=continue";
        let mount = parse(line).expect("a line");
        assert_eq!((mount.number, mount.parent, mount.kind.as_str()), (36, 27, "ext3"));
        assert_eq!(mount.point, Path::new("/mnt2"));
        assert!(mount.has("noatime") && !mount.has("rw,noatime") && !mount.is_read_only());
    }

    #[test]
    fn a_mount_is_read_only_when_it_or_its_file_system_is() {
        let one = parse("2 1 0:1 / /a ro - ext4 x rw").expect("a line");
        let other = parse("2 1 0:1 / /a rw - ext4 x ro").expect("a line");
        assert!(one.is_read_only() && other.is_read_only());
    }

    #[test]
    fn unusual_letters_in_a_path_are_read() {
        assert_eq!(unescaped(r"/with\040blank\134slash"), Path::new(r"/with blank\slash"));
        assert_eq!(unescaped(r"/not\an\escape\04"), Path::new(r"/not\an\escape\04"));
        assert_eq!(unescaped("/a:b,c"), Path::new("/a:b,c"));
    }

    #[test]
    fn the_last_mount_at_a_place_is_the_one_that_is_seen() {
        let text = "1 0 0:1 / / rw - ext4 a rw\n2 1 0:2 / /m rw - tmpfs b rw\n3 2 0:3 / /m rw - xfs c rw\n";
        assert_eq!(points(text), [pair("/", "ext4"), pair("/m", "xfs")]);
    }

    #[test]
    fn what_a_later_mount_covers_is_not_seen() {
        // /m/in was mounted first, then /m over it.
        let text = "1 0 0:1 / / rw - ext4 a rw\n2 1 0:2 / /m/in rw - tmpfs b rw\n3 1 0:3 / /m rw - xfs c rw\n\
                    4 3 0:4 / /m/other rw - vfat d rw\n";
        assert_eq!(points(text), [pair("/", "ext4"), pair("/m", "xfs"), pair("/m/other", "vfat")]);
    }

    #[test]
    fn a_second_root_covers_everything_of_the_first() {
        let text = "1 0 0:1 / / rw - rootfs a rw\n2 1 0:2 / /old rw - tmpfs b rw\n3 1 0:3 / / rw - ext4 c rw\n\
                    4 3 0:4 / /new rw - tmpfs d rw\n";
        assert_eq!(points(text), [pair("/", "ext4"), pair("/new", "tmpfs")]);
    }

    #[test]
    fn parents_come_before_children_however_they_are_listed() {
        let text = "9 5 0:1 / /a/b rw - xfs a rw\n5 1 0:2 / /a rw - xfs b rw\n1 0 0:3 / / rw - ext4 c rw\n";
        assert_eq!(points(text), [pair("/", "ext4"), pair("/a", "xfs"), pair("/a/b", "xfs")]);
    }

    proptest! {
        #[test]
        fn junk_never_panics_and_ends(text in "([0-3] [0-3] 0:0 / /[a/]{0,3} [a-z]{0,3} - [a-z ]{0,9}\n){0,9}", path in ".{0,20}") {
            let _ = visible(&text);
            let _ = unescaped(&path);
        }
    }
}
