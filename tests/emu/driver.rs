//! One typed driver for the binary: arguments and files in; status, standard output and error out.

use std::path::Path;
use std::process::{Command, Output};

/// A call of `emu` in a folder of its own, with an environment of its own.
pub struct Emu {
    folder: tempfile::TempDir,
    command: Command,
}

/// What a call gave.
pub struct Given {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

/// A call with these arguments. The user's own profiles and record are out of its reach.
pub fn emu<'a>(args: impl IntoIterator<Item = &'a str>) -> Emu {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let mut command = Command::new(env!("CARGO_BIN_EXE_emu"));
    command.args(args).current_dir(folder.path()).env_clear();
    for kept in ["PATH", "DOCKER_HOST", "DOCKER_CONTEXT", "XDG_RUNTIME_DIR"] {
        if let Some(value) = std::env::var_os(kept) {
            command.env(kept, value);
        }
    }
    command.env("HOME", folder.path()).env("EMU_HOME", folder.path().join("state"));
    Emu { folder, command }
}

impl Emu {
    /// Puts a file into the folder the call runs in.
    pub fn file(self, name: &str, text: &str) -> Self {
        let path = self.folder.path().join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).expect("a folder in a temporary folder can be made");
        }
        std::fs::write(path, text).expect("a file in a temporary folder can be written");
        self
    }

    /// Sets a variable.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// The folder the call runs in.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Runs it to its end.
    pub fn run(mut self) -> Given {
        let output = self.command.output().expect("the binary under test runs");
        Given::from(output)
    }

    /// The prepared command, for tests that talk to it while it runs, and the folder that must outlive it.
    pub fn into_parts(self) -> (Command, tempfile::TempDir) {
        (self.command, self.folder)
    }
}

impl Given {
    /// Demands an exit status; shows everything when it is another one.
    pub fn status(self, expected: i32) -> Self {
        assert_eq!(self.status, expected, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }
}

impl From<Output> for Given {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}
