//! How an ordinary user gets control groups: systemd's user manager delegates some to a scope.
//!
//! emu starts itself once more, inside such a scope. Nothing else of systemd is needed.

pub use crate::engine::embedded::{Situation, Step};

use std::ffi::OsString;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use super::group::{Standing, standing};
use crate::engine::EngineError;

const STARTER: &str = "systemd-run";

/// Says whether emu must be started once more to get control groups. Fails with what is missing for that.
pub fn step(situation: &Situation) -> Result<Step, EngineError> {
    decide(situation, &standing())
}

fn decide(situation: &Situation, standing: &Standing) -> Result<Step, EngineError> {
    match standing {
        Standing::Settled | Standing::Alone { delegated: true } => Ok(Step::Stay),
        // It did not help; opening the engine tells why.
        _ if situation.again => Ok(Step::Stay),
        // Without a service manager nobody else lays hands on that group.
        Standing::Alone { delegated: false } => Ok(scope(situation).unwrap_or(Step::Stay)),
        Standing::Foreign => scope(situation),
    }
}

fn scope(situation: &Situation) -> Result<Step, EngineError> {
    bus_answers(situation)?;
    let program = find(STARTER, situation.path.as_ref()).ok_or_else(no_starter)?;
    // Without `--collect` a scope that ended badly would be kept for somebody to look at.
    let options = ["--user", "--scope", "--quiet", "--collect", "-p", "Delegate=yes", "--"];
    let mut arguments: Vec<OsString> = options.map(OsString::from).to_vec();
    arguments.push(situation.program.clone().into());
    arguments.extend(situation.arguments.iter().cloned());
    Ok(Step::Become { program, arguments })
}

fn bus_answers(situation: &Situation) -> Result<(), EngineError> {
    let socket = match (&situation.bus, &situation.runtime_dir) {
        (Some(address), _) => match address.strip_prefix("unix:path=") {
            Some(path) => PathBuf::from(path.split([',', ';']).next().unwrap_or(path)),
            // Another kind of address: only using it would tell.
            None => return Ok(()),
        },
        (None, Some(folder)) => folder.join("bus"),
        (None, None) => return Err(no_session()),
    };
    UnixStream::connect(&socket).map(drop).map_err(|_| no_bus(&socket))
}

fn find(program: &str, path: Option<&OsString>) -> Option<PathBuf> {
    std::env::split_paths(path?).map(|folder| folder.join(program)).find(|file| file.is_file())
}

fn no_session() -> EngineError {
    lacking("an ordinary user without a session: `XDG_RUNTIME_DIR` is not set".to_owned())
}

fn no_bus(socket: &Path) -> EngineError {
    lacking(format!("an ordinary user whose service manager cannot be asked: nobody answers at `{}`", socket.display()))
}

fn no_starter() -> EngineError {
    lacking(format!("an ordinary user, and no `{STARTER}` in `PATH`"))
}

fn lacking(found: String) -> EngineError {
    EngineError::Lacking {
        found,
        expected: "a user's session of systemd, which hands control groups to emu".to_owned(),
        help: "log in by `ssh` or `machinectl shell`, for `su` and `sudo` open no session; \
               or run emu as root, or use the engine `docker`"
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;

    use super::*;

    const FOREIGN: Standing = Standing::Foreign;
    const ALONE: Standing = Standing::Alone { delegated: false };

    /// A session with a bus and a starter in its folder.
    fn session() -> (tempfile::TempDir, UnixListener, Situation) {
        let folder = tempfile::tempdir().expect("a folder");
        let bus = UnixListener::bind(folder.path().join("bus")).expect("listens");
        std::fs::write(folder.path().join(STARTER), "").expect("written");
        let situation = Situation {
            program: "/opt/emu".into(),
            arguments: vec!["run".into(), "--plan".into(), "a b".into()],
            runtime_dir: Some(folder.path().to_owned()),
            path: Some(folder.path().as_os_str().to_owned()),
            ..Situation::default()
        };
        (folder, bus, situation)
    }

    fn missing(situation: &Situation) -> String {
        match decide(situation, &FOREIGN) {
            Err(EngineError::Lacking { found, help, .. }) => {
                assert!(help.contains("docker") && help.contains("root"), "{help}");
                found
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn emu_becomes_itself_in_a_scope_with_the_same_arguments() {
        let (folder, _bus, situation) = session();
        let Ok(Step::Become { program, arguments }) = decide(&situation, &FOREIGN) else { panic!("a scope") };
        assert_eq!(program, folder.path().join(STARTER));
        let words: Vec<_> = arguments.iter().map(|word| word.to_string_lossy().into_owned()).collect();
        let expected = "--user --scope --quiet --collect -p Delegate=yes -- /opt/emu run --plan";
        assert_eq!(words[..10].join(" "), expected);
        assert_eq!(words[10..], ["a b"]);
    }

    #[test]
    fn it_happens_once_and_only_where_it_is_needed() {
        let (_folder, _bus, situation) = session();
        let again = Situation { again: true, ..situation.clone() };
        assert_eq!(decide(&again, &FOREIGN), Ok(Step::Stay));
        assert_eq!(decide(&situation, &Standing::Settled), Ok(Step::Stay));
        assert_eq!(decide(&situation, &Standing::Alone { delegated: true }), Ok(Step::Stay));
    }

    #[test]
    fn a_group_that_was_not_delegated_is_left_for_a_scope_where_there_is_one() {
        let (_folder, _bus, situation) = session();
        assert!(matches!(decide(&situation, &ALONE), Ok(Step::Become { .. })));
        assert_eq!(decide(&Situation::default(), &ALONE), Ok(Step::Stay), "without systemd nobody minds");
    }

    #[test]
    fn what_is_missing_is_told() {
        let (folder, bus, situation) = session();
        assert!(missing(&Situation { runtime_dir: None, ..situation.clone() }).contains("XDG_RUNTIME_DIR"));
        assert!(missing(&Situation { path: None, ..situation.clone() }).contains("systemd-run"));
        drop(bus);
        assert!(missing(&situation).contains(&format!("{}/bus", folder.path().display())));
    }

    #[test]
    fn the_address_of_the_bus_goes_before_the_usual_place() {
        let (folder, _bus, situation) = session();
        let with = |address: String| Situation { bus: Some(address), runtime_dir: None, ..situation.clone() };
        let address = format!("unix:path={}/bus,guid=1", folder.path().display());
        assert!(decide(&with(address), &FOREIGN).is_ok());
        assert!(decide(&with("unix:abstract=/tmp/dbus-1".into()), &FOREIGN).is_ok());
        assert!(missing(&with("unix:path=/nowhere/bus".into())).contains("/nowhere/bus"));
    }
}
