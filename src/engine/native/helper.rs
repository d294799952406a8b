//! The helper, as emu sees it: born, assigned, listened to.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream as Pair;
use std::path::Path;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::process::{Child, ChildStderr, ChildStdout, Command};

use super::shim::{Ask, Assignment, Word};

/// Why nothing runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The program cannot be run.
    CannotRun(String),
    /// Its surroundings could not be made.
    Failed(String),
}

/// A helper that has its assignment.
#[derive(Debug)]
pub(super) struct Helper {
    child: Child,
    words: Lines<BufReader<OwnedReadHalf>>,
}

/// The way to the helper. Its end is the lifeline of the app.
#[derive(Debug)]
pub(super) struct Line(OwnedWriteHalf);

/// Output of what the helper runs.
pub(super) type Output = (Option<ChildStdout>, Option<ChildStderr>);

impl Helper {
    /// Starts a helper with this assignment.
    pub(super) async fn spawn(program: &Path, assignment: &Assignment) -> io::Result<(Self, Line)> {
        let (ours, theirs) = Pair::pair()?;
        ours.set_nonblocking(true)?;
        let child = Command::new(program)
            .arg0("emu")
            .arg("__shim")
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .current_dir("/")
            .spawn()?;
        let (reader, writer) = UnixStream::from_std(ours)?.into_split();
        let mut line = Line(writer);
        line.say(assignment).await?;
        Ok((Self { child, words: BufReader::new(reader).lines() }, line))
    }

    /// The number of the main process, once the program runs.
    pub(super) async fn started(&mut self) -> Result<u32, Refusal> {
        match self.word().await {
            Some(Word::Started { pid }) => Ok(pid),
            Some(Word::CannotRun { reason }) => Err(Refusal::CannotRun(reason)),
            Some(Word::Failed { doing, reason }) => Err(Refusal::Failed(format!("could not {doing}: {reason}"))),
            Some(Word::Ended { code }) => Err(Refusal::Failed(format!("the helper ended with status {code}"))),
            None => Err(Refusal::Failed("the helper ended without a word".to_owned())),
        }
    }

    /// The exit status of the main process. `None` when the helper is gone without having told.
    /// Nothing is lost when cancelled.
    pub(super) async fn ended(&mut self) -> Option<i32> {
        loop {
            match self.word().await {
                Some(Word::Ended { code }) => return Some(code),
                // Nothing else is said while a program runs.
                Some(_) => {}
                None => return None,
            }
        }
    }

    /// The output, once.
    pub(super) fn output(&mut self) -> Output {
        (self.child.stdout.take(), self.child.stderr.take())
    }

    /// Waits until the helper itself has left.
    pub(super) async fn left(&mut self) {
        // A helper that cannot be waited for has left.
        let _ = self.child.wait().await;
    }

    async fn word(&mut self) -> Option<Word> {
        let line = self.words.next_line().await.ok().flatten()?;
        serde_json::from_str(&line).ok()
    }
}

impl Line {
    /// Asks for something. A helper that is gone does not hear it.
    pub(super) async fn ask(&mut self, ask: Ask) {
        let _ = self.say(&ask).await;
    }

    async fn say(&mut self, value: &impl serde::Serialize) -> io::Result<()> {
        let mut line = serde_json::to_string(value)?;
        line.push('\n');
        self.0.write_all(line.as_bytes()).await
    }
}
