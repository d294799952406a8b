use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use serde::{Deserialize, Serialize};
use tokio::io::AsyncReadExt;
use tokio::sync::Notify;
use tokio::sync::mpsc::UnboundedSender;

use crate::cli::Failure;
use crate::conduct::Command;

/// What a supervisor says to the command that started it, until its app serves.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Cry {
    /// It is there, and asks what to do. It may ask twice: the embedded engine can have it start once more.
    What,
    /// The app serves.
    Serving(Born),
    /// The app does not serve, and nothing of it is left.
    Failed {
        /// The exit code that tells why.
        exit: u8,
        /// Why.
        message: String,
        /// What to do next.
        hints: Vec<String>,
    },
}

/// An app that serves.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Born {
    pub(super) name: String,
    pub(super) app: String,
    pub(super) profile: String,
    pub(super) run: String,
    pub(super) address: String,
}

/// What a supervisor is told to do: the arguments of `emu start`. They may hold secrets, so they are told
/// here, where nobody else hears them, and neither on a command line nor in a file.
#[derive(Serialize, Deserialize)]
pub(super) struct Task {
    pub(super) arguments: Vec<OsString>,
}

/// The supervisor's end of the way to the command that started it: its standard input.
pub(super) struct Cradle {
    stream: UnixStream,
    abandoned: Arc<Notify>,
    left: Arc<AtomicBool>,
}

impl Cradle {
    /// Takes it, and hears what to do.
    pub(super) fn take() -> io::Result<(Self, Task)> {
        let stream = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
        stream.set_nonblocking(false)?;
        let cradle = Self { stream, abandoned: Arc::default(), left: Arc::default() };
        cradle.cry(&Cry::What)?;
        let mut told = String::new();
        BufReader::new(&cradle.stream).read_line(&mut told)?;
        Ok((cradle, serde_json::from_str(&told)?))
    }

    /// Watches whether the other end is left before the app serves: the run is interrupted then.
    pub(super) fn watch(&self, commands: UnboundedSender<Command>) -> io::Result<()> {
        let stream = self.stream.try_clone()?;
        stream.set_nonblocking(true)?;
        let mut stream = tokio::net::UnixStream::from_std(stream)?;
        let (abandoned, left) = (Arc::clone(&self.abandoned), Arc::clone(&self.left));
        tokio::spawn(async move {
            // Nothing more is said there, so whatever is read is the end.
            let _ = stream.read(&mut [0]).await;
            if !left.load(Relaxed) {
                abandoned.notify_one();
                // A run that is over needs nothing.
                let _ = commands.send(Command::Interrupt);
            }
        });
        Ok(())
    }

    /// Completes when the other end is left too early.
    pub(super) async fn abandoned(&self) {
        self.abandoned.notified().await;
    }

    /// Tells that the app serves. From now on the supervisor stands alone.
    pub(super) fn serving(&self, born: Born) {
        self.left.store(true, Relaxed);
        self.last(&Cry::Serving(born));
    }

    /// Tells why the app does not serve.
    pub(super) fn failed(&self, failure: &Failure) {
        let Failure { exit, message, hints } = failure.clone();
        self.last(&Cry::Failed { exit: exit.code(), message, hints });
    }

    fn last(&self, cry: &Cry) {
        // A command that was killed has nobody to tell.
        let _ = self.cry(cry);
        let _ = self.stream.shutdown(std::net::Shutdown::Both);
    }

    /// The few lines that are ever said fit into the socket, so it never has to wait.
    fn cry(&self, cry: &Cry) -> io::Result<()> {
        (&self.stream).write_all(format!("{}\n", serde_json::to_string(cry)?).as_bytes())
    }
}
