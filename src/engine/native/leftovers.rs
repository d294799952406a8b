//! What dead emus left behind. Never a running neighbour's.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::Path;

use super::{Leftover, Native};
use crate::engine::EngineError;
use crate::engine::owner::Owner;

impl Native {
    /// Groups and folders whose emu is known to be dead.
    pub fn leftovers(&self) -> Vec<Leftover> {
        self.names().into_iter().filter_map(|name| self.left_behind(name)).collect()
    }

    /// Removes what [`Self::leftovers`] finds, and returns it.
    pub async fn sweep(&self) -> Result<Vec<Leftover>, EngineError> {
        let found = self.leftovers();
        for leftover in &found {
            self.clear(&leftover.name).await?;
        }
        Ok(found)
    }

    /// Removes everything of one run, whoever owns it. The net under a run's own clearing up.
    pub async fn sweep_run(&self, run: &str) -> Result<u32, EngineError> {
        let mut removed = 0;
        for name in self.names() {
            if Owner::named(&name).is_some_and(|(_, of, _)| of == run) {
                self.clear(&name).await?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// Names of groups and of folders.
    fn names(&self) -> BTreeSet<String> {
        let mut names: BTreeSet<String> = self.nursery.names().into_iter().collect();
        let folders = std::fs::read_dir(&self.scratch).into_iter().flatten().flatten();
        names.extend(folders.filter_map(|entry| entry.file_name().into_string().ok()));
        names
    }

    fn left_behind(&self, name: String) -> Option<Leftover> {
        let (owner, run, _) = Owner::named(&name)?;
        let run = run.to_owned();
        let processes = owner.is_dead().then(|| self.nursery.existing(&name).processes().len())?;
        let state = match processes {
            0 => "nothing runs any more".to_owned(),
            1 => "1 process runs".to_owned(),
            many => format!("{many} processes run"),
        };
        Some(Leftover { name, run, state })
    }

    /// Removes a group with its processes, and a folder.
    pub(super) async fn clear(&self, name: &str) -> Result<(), EngineError> {
        let group = self.nursery.existing(name);
        group.empty().await?;
        group.remove().await?;
        let folder = self.scratch.join(name);
        // Beside the loop: an app may have written a lot.
        let removed = tokio::task::spawn_blocking(move || remove_folder(&folder)).await;
        removed.unwrap_or_else(|error| Err(failed("remove what the app wrote", error.to_string())))
    }
}

fn remove_folder(folder: &Path) -> Result<(), EngineError> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(failed(&format!("remove `{}`", folder.display()), error.to_string()))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

fn failed(doing: &str, reason: String) -> EngineError {
    EngineError::Failed { doing: doing.to_owned(), reason }
}
