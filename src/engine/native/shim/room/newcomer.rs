//! A user that this machine does not know, made known on the throw-away layer.

use std::fs;
use std::os::unix::fs::chown;

use super::Entered;
use crate::engine::native::shim::Word;
use crate::engine::native::shim::stage::{Stage, failed};
use crate::engine::native::shim::user::{Unknown, free_number, is_name};

const PASSWD: &str = "/etc/passwd";
const GROUP: &str = "/etc/group";

/// Makes a user or a group known. A user gets a group of its own and a home folder.
pub(in crate::engine::native::shim) fn welcome(entered: &mut Entered, unknown: &Unknown) -> Result<(), Word> {
    let (Unknown::User(name) | Unknown::Group(name)) = unknown;
    let doing = || format!("make `{name}` known");
    if !is_name(name) {
        return Err(failed(doing(), "that is no name of a user or group"));
    }
    let read = |path| String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned();
    let number = free_number(&read(PASSWD), &read(GROUP));
    let mut add = |path: &str, line: String| {
        let changed = entered.notes.write(path, |before| {
            let line_end = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
            Some(format!("{before}{line_end}{line}\n"))
        });
        changed.stage(doing())
    };
    add(GROUP, format!("{name}:x:{number}:"))?;
    if matches!(unknown, Unknown::Group(_)) {
        return Ok(());
    }
    let home = format!("/home/{name}");
    add(PASSWD, format!("{name}:x:{number}:{number}::{home}:/bin/sh"))?;
    fs::create_dir_all(&home).and_then(|()| chown(&home, Some(number), Some(number))).stage(doing())
}
