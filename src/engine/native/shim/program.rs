//! The program of a command: found in the app's own `PATH`, and become.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::ffi::CString;
use std::io;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

use super::stage::reason;
use super::{Word, raw};

/// Where programs are looked for when the environment has no `PATH`.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Becomes the program. Returns only when that failed.
pub(super) fn become_program(command: &[String], environment: &BTreeMap<String, String>) -> Result<Infallible, Word> {
    let cannot = |reason: String| Word::CannotRun { reason };
    let Some(name) = command.first().filter(|name| !name.is_empty()) else {
        return Err(cannot("the command is empty".to_owned()));
    };
    let texts = |texts: Vec<String>| texts.into_iter().map(CString::new).collect::<Result<Vec<_>, _>>();
    let arguments = texts(command.to_vec()).map_err(|_| cannot("an argument holds a zero byte".to_owned()))?;
    let environment_texts = texts(environment.iter().map(|(key, value)| format!("{key}={value}")).collect())
        .map_err(|_| cannot("a variable holds a zero byte".to_owned()))?;
    let mut refused = None;
    for path in candidates(name, environment.get("PATH").map(String::as_str)) {
        let text = CString::new(path.as_os_str().as_encoded_bytes()).map_err(|error| cannot(error.to_string()))?;
        let Err(error) = raw::execute(&text, &arguments, &environment_texts);
        match errno(&error) {
            Some(Errno::NOENT | Errno::NOTDIR) if !path.exists() => {}
            Some(Errno::NOENT) => return Err(cannot("its interpreter is missing".to_owned())),
            Some(Errno::ACCESS) => refused = Some(error),
            _ => return Err(cannot(reason(&error))),
        }
    }
    Err(cannot(refused.map_or_else(|| absent(name), |error| reason(&error))))
}

fn absent(name: &str) -> String {
    if name.contains('/') { "no such file or directory".into() } else { format!("there is no `{name}` in `PATH`") }
}

fn errno(error: &io::Error) -> Option<Errno> {
    error.raw_os_error().map(Errno::from_raw_os_error)
}

/// The files that a name may mean, the first that is there first.
fn candidates(name: &str, path: Option<&str>) -> Vec<PathBuf> {
    if name.contains('/') {
        return vec![name.into()];
    }
    let folders = path.unwrap_or(PATH).split(':');
    folders.map(|folder| Path::new(if folder.is_empty() { "." } else { folder }).join(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_looked_for_in_every_folder_and_a_path_nowhere() {
        let found = candidates("app", Some("/a:/b::/c/"));
        assert_eq!(found, ["/a/app", "/b/app", "./app", "/c/app"].map(PathBuf::from));
        assert_eq!(candidates("bin/app", Some("/a")), [PathBuf::from("bin/app")]);
        assert!(candidates("sh", None).contains(&PathBuf::from("/bin/sh")));
    }

    #[test]
    fn what_cannot_be_run_is_told_without_leaving_this_process() {
        let cannot = |name: &str| {
            let Err(word) = become_program(&[name.to_owned()], &BTreeMap::from([("PATH".into(), "/none".into())]));
            let Word::CannotRun { reason } = word else { panic!("{word:?}") };
            reason
        };
        assert_eq!(cannot("/no/such/program"), "no such file or directory");
        assert_eq!(cannot("sh"), "there is no `sh` in `PATH`");
        assert_eq!(cannot("/"), "permission denied");
        assert_eq!(cannot(""), "the command is empty");
        assert_eq!(cannot("a\0b"), "an argument holds a zero byte");
    }
}
