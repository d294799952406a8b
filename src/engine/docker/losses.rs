//! Files that the app wrote and that go with its instance.

use std::path::{Path, PathBuf};

use bollard::models::{ChangeType, FilesystemChange};
use bollard::query_parameters::InspectContainerOptions;

use super::core::Core;
use super::failure::{failed, is_absent};
use crate::engine::EngineError;
use crate::event::Lost;
use crate::units::Memory;

/// Written or changed files; folders and removed files are no loss.
pub(super) async fn losses(core: &Core) -> Result<Vec<Lost>, EngineError> {
    let doing = failed("compare the instance's disk with its image");
    let changes = match core.client.container_changes(&core.container).await {
        Ok(changes) => changes.unwrap_or_default(),
        Err(error) if is_absent(&error) => return Ok(Vec::new()),
        Err(error) => return Err(doing(error)),
    };
    let layer = writable_layer(core).await;
    Ok(files(&changes).into_iter().filter_map(|path| measured(path, layer.as_deref())).collect())
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

fn measured(path: &str, layer: Option<&Path>) -> Option<Lost> {
    let inside = layer.map(|layer| layer.join(path.trim_start_matches('/')));
    let found = inside.and_then(|file| file.symlink_metadata().ok());
    if found.as_ref().is_some_and(std::fs::Metadata::is_dir) {
        return None;
    }
    Some(Lost { path: path.to_owned(), size: found.map(|file| Memory::from_bytes(file.len())) })
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
    fn sizes_come_from_the_layer_and_folders_are_left_out() {
        let layer = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(layer.path().join("empty")).expect("made");
        std::fs::write(layer.path().join("up.db"), [0; 300]).expect("written");
        assert_eq!(measured("/empty", Some(layer.path())), None);
        let expected = Lost { path: "/up.db".into(), size: Some(Memory::from_bytes(300)) };
        assert_eq!(measured("/up.db", Some(layer.path())), Some(expected));
        assert_eq!(measured("/up.db", None), Some(Lost { path: "/up.db".into(), size: None }));
    }
}
