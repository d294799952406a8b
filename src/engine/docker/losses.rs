//! Files that the app wrote and that go with its instance.

use std::path::{Path, PathBuf};

use bollard::models::{ChangeType, FilesystemChange};
use bollard::query_parameters::InspectContainerOptions;

use super::core::Core;
use super::failure::{failed, is_absent};
use crate::engine::EngineError;
use crate::event::Lost;
use crate::units::Memory;

/// Written or changed files; folders and removed files are no loss. Where the layer can be looked into, that takes
/// no time; an engine that compares whole trees may take many seconds.
pub(super) async fn losses(core: &Core) -> Result<Vec<Lost>, EngineError> {
    let found = match writable_layer(core).await {
        Some(layer) => tokio::task::spawn_blocking(move || in_layer(&layer)).await.unwrap_or_default(),
        None => told(core).await?,
    };
    Ok(found.into_iter().filter(|file| !core.own.contains(&file.path)).collect())
}

/// What the engine says, which tells no sizes.
async fn told(core: &Core) -> Result<Vec<Lost>, EngineError> {
    let doing = failed("compare the instance's disk with its image");
    let changes = match core.client.container_changes(&core.container).await {
        Ok(changes) => changes.unwrap_or_default(),
        Err(error) if is_absent(&error) => return Ok(Vec::new()),
        Err(error) => return Err(doing(error)),
    };
    Ok(files(&changes).into_iter().map(|path| Lost { path: path.to_owned(), size: None }).collect())
}

/// What lies in the layer. What was removed from below it stands there as a device, or under a name of its own.
fn in_layer(layer: &Path) -> Vec<Lost> {
    let mut lost = Vec::new();
    let mut open = vec![layer.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let (path, Ok(what)) = (entry.path(), entry.metadata()) else { continue };
            let removed = entry.file_name().to_string_lossy().starts_with(".wh.");
            if what.is_dir() {
                open.push(path);
            } else if (what.is_file() || what.is_symlink()) && !removed {
                let seen = path.strip_prefix(layer).unwrap_or(&path).to_string_lossy().into_owned();
                lost.push(Lost { path: format!("/{seen}"), size: Some(Memory::from_bytes(what.len())) });
            }
        }
    }
    lost.sort_by(|one, other| one.path.cmp(&other.path));
    lost
}

/// The folder on this machine that holds what the instance wrote, where it can be looked into.
async fn writable_layer(core: &Core) -> Option<PathBuf> {
    if !core.can.fast_counters {
        return None;
    }
    let found = core.client.inspect_container(&core.container, None::<InspectContainerOptions>).await.ok()?;
    let folder = PathBuf::from(found.graph_driver?.data.remove("UpperDir")?);
    std::fs::read_dir(&folder).ok().map(|_| folder)
}

/// Paths that are not folders of other paths. An empty folder stays, until the layer tells it apart.
fn files(changes: &[FilesystemChange]) -> Vec<&str> {
    let mut paths: Vec<_> =
        changes.iter().filter(|change| change.kind != ChangeType::_2).map(|change| change.path.as_str()).collect();
    paths.sort_unstable();
    let holds_more = |path: &str| {
        let below = format!("{path}/");
        let at = paths.partition_point(|other| *other < below.as_str());
        paths.get(at).is_some_and(|other| other.starts_with(&below))
    };
    paths.iter().copied().filter(|path| !holds_more(path)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(kind: ChangeType, path: &str) -> FilesystemChange {
        FilesystemChange { path: path.into(), kind }
    }

    #[test]
    fn only_what_was_written_is_a_loss() {
        let changes = [
            change(ChangeType::_0, "/data"),
            change(ChangeType::_1, "/data/up.db"),
            change(ChangeType::_1, "/data-old"),
            change(ChangeType::_0, "/etc"),
            change(ChangeType::_0, "/etc/app.conf"),
            change(ChangeType::_2, "/etc/gone.conf"),
        ];
        assert_eq!(files(&changes), ["/data-old", "/data/up.db", "/etc/app.conf"]);
    }

    #[test]
    fn a_layer_shows_what_was_written_and_not_what_was_removed() {
        let layer = tempfile::tempdir().expect("a folder");
        let path = |name: &str| layer.path().join(name);
        std::fs::create_dir_all(path("app/empty")).expect("made");
        std::fs::write(path("app/up.db"), [0; 300]).expect("written");
        std::fs::write(path("app/.wh.gone"), "").expect("written");
        std::fs::write(path("app/empty/.wh..wh..opq"), "").expect("written");
        std::os::unix::fs::symlink("up.db", path("link")).expect("linked");
        drop(std::os::unix::net::UnixListener::bind(path("socket")).expect("a socket"));
        let lost = |path: &str, bytes| Lost { path: path.into(), size: Some(Memory::from_bytes(bytes)) };
        assert_eq!(in_layer(layer.path()), [lost("/app/up.db", 300), lost("/link", 5)]);
        assert_eq!(in_layer(Path::new("/no/such/folder")), []);
    }
}
