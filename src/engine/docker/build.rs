//! Making an image of files, by the engine's own builder.

use std::collections::HashMap;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use bollard::errors::Error;
use bollard::models::BuildInfo;
use bollard::query_parameters::{BuildImageOptions, BuildImageOptionsBuilder};
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::Docker;
use super::failure::{failed, is_absent, words};
use crate::engine::EngineError;
use crate::engine::owner::MARK;

/// On every image that was built of a project, with the id of the image that it was built on.
const BASE: &str = "emu.base";
const DOING: &str = "build the image";
/// So many chunks of what is sent may wait for the engine.
const WAITING: usize = 16;
const CHUNK: usize = 64 * 1024;

/// An image to build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildOrder {
    /// Its name and tag.
    pub image: String,
    /// The Dockerfile's name among the files.
    pub dockerfile: String,
    /// The files.
    pub pieces: Vec<Piece>,
    /// The stage that is built; `None` for the last.
    pub target: Option<String>,
    /// Build arguments.
    pub arguments: HashMap<String, String>,
    /// The image that it is built on, where there is just one.
    pub base: Option<String>,
    /// Whether what was built before is used again.
    pub cache: Cache,
}

/// Whether a build uses what was built before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Cache {
    /// It does.
    #[default]
    Used,
    /// Every step is made anew.
    Left,
}

/// A file that is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Its path there.
    pub inside: String,
    /// What stands in it.
    pub content: PieceContent,
}

/// What stands in a file that is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PieceContent {
    /// This.
    Text(String),
    /// What stands in a file of this machine.
    File(PathBuf),
}

/// How a build goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BuildNews {
    /// A step of the Dockerfile begins.
    Step {
        /// Its number, from one.
        number: u32,
        /// Of so many.
        of: u32,
        /// The Dockerfile's line.
        text: String,
    },
    /// The step was made before, and is not made again.
    Cached,
    /// A line that a tool prints.
    Line(String),
    /// The image that is built on is fetched; how far.
    Fetching(String),
}

/// How a build ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Built {
    /// The image is there.
    Made,
    /// It could not be made; the engine's last word.
    Failed(String),
}

impl Docker {
    /// Whether such an image is here, made on the image of that name as it is now.
    pub async fn has_built(&self, image: &str, base: Option<&str>) -> Result<bool, EngineError> {
        let Some(labels) = self.labels(image).await? else { return Ok(false) };
        let then = labels.get(BASE);
        let now = match base {
            Some(base) => self.image_id(base).await?,
            None => None,
        };
        // A base that is gone cannot have changed.
        Ok(now.is_none_or(|now| then.is_none_or(|then| *then == now)))
    }

    /// The id of an image; `None` when it is not here.
    pub async fn image_id(&self, image: &str) -> Result<Option<String>, EngineError> {
        match self.line.client.inspect_image(image).await {
            Ok(found) => Ok(found.id),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(failed("look at the image")(error)),
        }
    }

    async fn labels(&self, image: &str) -> Result<Option<HashMap<String, String>>, EngineError> {
        match self.line.client.inspect_image(image).await {
            Ok(found) => Ok(Some(found.config.and_then(|config| config.labels).unwrap_or_default())),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(failed("look at the image")(error)),
        }
    }

    /// Builds an image, and tells how it goes. Whoever drops this stops the build.
    pub async fn build(&self, order: BuildOrder, mut told: impl FnMut(BuildNews)) -> Result<Built, EngineError> {
        let base = match &order.base {
            Some(base) => self.image_id(base).await?,
            None => None,
        };
        let options = options(&order, base);
        let archive = bollard::body_try_stream(archive(order.pieces));
        let mut progress = std::pin::pin!(self.line.client.build_image(options, None, Some(archive)));
        let mut lines = Lines::default();
        while let Some(step) = progress.next().await {
            match step {
                Ok(info) => lines.take(info, &mut told),
                Err(error) => return refusal(error),
            }
        }
        lines.end(&mut told);
        Ok(Built::Made)
    }
}

fn options(order: &BuildOrder, base: Option<String>) -> BuildImageOptions {
    let mut labels = HashMap::from([(MARK.to_owned(), String::new())]);
    labels.extend(base.map(|id| (BASE.to_owned(), id)));
    let options = BuildImageOptionsBuilder::default()
        .dockerfile(&order.dockerfile)
        .t(&order.image)
        .nocache(order.cache == Cache::Left)
        .rm(true)
        .forcerm(true)
        .buildargs(&order.arguments)
        .labels(&labels);
    match &order.target {
        Some(target) => options.target(target).build(),
        None => options.build(),
    }
}

/// What the builder refuses is a fault of what is built; anything else is the engine's.
fn refusal(error: Error) -> Result<Built, EngineError> {
    match error {
        Error::DockerStreamError { error } => Ok(Built::Failed(error.trim().to_owned())),
        Error::DockerResponseServerError { status_code: 400..=599, message } => {
            Ok(Built::Failed(message.trim().to_owned()))
        }
        other => Err(EngineError::Failed { doing: DOING.to_owned(), reason: words(&other) }),
    }
}

/// The engine's stream as lines: it comes in pieces that end anywhere.
#[derive(Debug, Default)]
struct Lines {
    open: String,
}

impl Lines {
    fn take(&mut self, info: BuildInfo, told: &mut impl FnMut(BuildNews)) {
        if let Some(status) = info.status {
            let name = info.id.filter(|id| !id.is_empty());
            told(BuildNews::Fetching(name.map_or_else(|| status.clone(), |name| format!("{name}: {status}"))));
        }
        self.open.push_str(&info.stream.unwrap_or_default());
        // A carriage return alone is a bar of progress that is drawn over.
        while let Some(end) = self.open.find(['\n', '\r']) {
            let line: String = self.open.drain(..=end).collect();
            tell(line.trim_end(), told);
        }
    }

    fn end(&mut self, told: &mut impl FnMut(BuildNews)) {
        tell(std::mem::take(&mut self.open).trim_end(), told);
    }
}

fn tell(line: &str, told: &mut impl FnMut(BuildNews)) {
    match (step(line), line.trim()) {
        (Some(step), _) => told(step),
        (_, "---> Using cache") => told(BuildNews::Cached),
        (_, "") => {}
        (_, own) if own.starts_with("---> ") || own.starts_with("Removing intermediate container") => {}
        (_, own) if own.starts_with("Successfully built ") || own.starts_with("Successfully tagged ") => {}
        _ => told(BuildNews::Line(line.to_owned())),
    }
}

/// `Step 3/9 : RUN pip install …`.
fn step(line: &str) -> Option<BuildNews> {
    let (count, text) = line.strip_prefix("Step ")?.split_once(" : ")?;
    let (number, of) = count.split_once('/')?;
    Some(BuildNews::Step { number: number.parse().ok()?, of: of.parse().ok()?, text: text.to_owned() })
}

/// The files as a tar archive, written while it is sent.
fn archive(pieces: Vec<Piece>) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
    let (sender, receiver) = channel(WAITING);
    tokio::task::spawn_blocking(move || {
        let mut sink = Sink { sender, open: Vec::with_capacity(CHUNK) };
        if let Err(error) = write(&pieces, &mut sink) {
            // Where nobody receives any more, the build was given up.
            let _ = sink.sender.blocking_send(Err(error));
        }
    });
    futures_util::stream::unfold(receiver, |mut receiver: Receiver<io::Result<Bytes>>| async move {
        receiver.recv().await.map(|chunk| (chunk, receiver))
    })
}

/// Times and owners are fixed: the builder must not take a file for another one because it was touched.
fn write(pieces: &[Piece], sink: &mut Sink) -> io::Result<()> {
    let mut archive = tar::Builder::new(&mut *sink);
    for piece in pieces {
        let mut head = tar::Header::new_gnu();
        head.set_mtime(0);
        head.set_entry_type(tar::EntryType::Regular);
        match &piece.content {
            PieceContent::Text(text) => {
                head.set_mode(0o644);
                head.set_size(text.len() as u64);
                archive.append_data(&mut head, &piece.inside, text.as_bytes())?;
            }
            PieceContent::File(path) => {
                let of = |error: io::Error| io::Error::new(error.kind(), format!("`{}`: {error}", path.display()));
                // Read at once: a file that grows meanwhile would spoil the archive.
                let content = std::fs::read(path).map_err(of)?;
                let mode = std::fs::metadata(path).map_err(of)?.permissions().mode();
                head.set_mode(if mode & 0o111 == 0 { 0o644 } else { 0o755 });
                head.set_size(content.len() as u64);
                archive.append_data(&mut head, &piece.inside, content.as_slice())?;
            }
        }
    }
    archive.finish()?;
    drop(archive);
    sink.flush()
}

/// Bytes on their way to the engine, in chunks.
struct Sink {
    sender: Sender<io::Result<Bytes>>,
    open: Vec<u8>,
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.open.extend_from_slice(bytes);
        if self.open.len() >= CHUNK {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.open.is_empty() {
            return Ok(());
        }
        let chunk = Bytes::from(std::mem::take(&mut self.open));
        self.sender.blocking_send(Ok(chunk)).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(pieces: &[&str]) -> Vec<BuildNews> {
        let (mut lines, mut all) = (Lines::default(), Vec::new());
        for piece in pieces {
            let info = BuildInfo { stream: Some((*piece).to_owned()), ..BuildInfo::default() };
            lines.take(info, &mut |news| all.push(news));
        }
        lines.end(&mut |news| all.push(news));
        all
    }

    #[test]
    fn the_engines_stream_becomes_steps_and_lines() {
        let all = told(&[
            "Step 1/2 : FROM a\n",
            " ---> 1f2e\n",
            "Step 2/2 : RUN b",
            "\n ---> Using cache\nColle",
            "cting x\r\n\n",
            "no end",
        ]);
        let step = |number, text: &str| BuildNews::Step { number, of: 2, text: text.to_owned() };
        let line = |text: &str| BuildNews::Line(text.to_owned());
        assert_eq!(all, [step(1, "FROM a"), step(2, "RUN b"), BuildNews::Cached, line("Collecting x"), line("no end")]);
    }

    #[tokio::test]
    async fn files_are_sent_with_what_counts_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let script = folder.path().join("run.sh");
        std::fs::write(&script, vec![b'x'; 3 * CHUNK]).unwrap();
        std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o700)).unwrap();
        let text = PieceContent::Text("FROM a\n".into());
        let pieces = || {
            vec![
                Piece { inside: "Dockerfile".into(), content: text.clone() },
                Piece { inside: "bin/run.sh".into(), content: PieceContent::File(script.clone()) },
            ]
        };
        let sent: Vec<_> = archive(pieces()).collect().await;
        let bytes: Vec<u8> = sent.into_iter().flat_map(|chunk| chunk.unwrap().to_vec()).collect();
        let mut archive = tar::Archive::new(bytes.as_slice());
        let found: Vec<_> = archive
            .entries()
            .unwrap()
            .map(|entry| {
                let entry = entry.unwrap();
                let head = entry.header();
                (entry.path().unwrap().display().to_string(), head.mode().unwrap(), head.mtime().unwrap(), entry.size())
            })
            .collect();
        let size = 3 * CHUNK as u64;
        assert_eq!(found, [("Dockerfile".to_owned(), 0o644, 0, 7), ("bin/run.sh".to_owned(), 0o755, 0, size)]);
    }

    #[tokio::test]
    async fn a_file_that_is_gone_is_named() {
        let gone = Piece { inside: "a".into(), content: PieceContent::File("/nowhere/a".into()) };
        let sent: Vec<_> = archive(vec![gone]).collect().await;
        let error = sent.into_iter().find_map(Result::err).unwrap().to_string();
        assert!(error.starts_with("`/nowhere/a`: "), "{error}");
    }
}
