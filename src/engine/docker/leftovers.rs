//! What dead emus left behind. Never a running neighbour's.

use std::collections::HashMap;

use bollard::models::ContainerSummary;
use bollard::query_parameters::ListContainersOptionsBuilder;

use super::Docker;
use super::failure::failed;
use super::remove::gone;
use crate::engine::EngineError;
use crate::engine::owner::{INSTANCE, MARK, Owner, RUN};

/// A container that a dead emu left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leftover {
    /// The engine's id.
    pub container: String,
    /// Its name.
    pub name: String,
    /// The run it belonged to.
    pub run: String,
    /// The engine's words on its state: `Exited (137) 3 hours ago`.
    pub state: String,
}

impl Docker {
    /// Containers whose emu is known to be dead. Those of another host's emus never are.
    pub async fn leftovers(&self) -> Result<Vec<Leftover>, EngineError> {
        let all = self.list(MARK.to_owned()).await?;
        Ok(all.into_iter().filter_map(left_behind).collect())
    }

    /// Removes what [`Self::leftovers`] finds, and returns it.
    pub async fn sweep(&self) -> Result<Vec<Leftover>, EngineError> {
        let found = self.leftovers().await?;
        for leftover in &found {
            gone(&self.line.client, &leftover.container).await?;
        }
        Ok(found)
    }

    /// Removes every container of one run, whoever owns it. The net under a run's own clearing up.
    pub async fn sweep_run(&self, run: &str) -> Result<u32, EngineError> {
        let mut removed = 0;
        for container in self.list(format!("{RUN}={run}")).await? {
            gone(&self.line.client, container.id.as_deref().unwrap_or_default()).await?;
            removed += 1;
        }
        Ok(removed)
    }

    async fn list(&self, label: String) -> Result<Vec<ContainerSummary>, EngineError> {
        let filters = HashMap::from([("label", vec![label])]);
        let options = ListContainersOptionsBuilder::default().all(true).filters(&filters).build();
        self.line.client.list_containers(Some(options)).await.map_err(failed("list containers"))
    }
}

fn left_behind(found: ContainerSummary) -> Option<Leftover> {
    let labels = found.labels?;
    Owner::of(&labels).filter(Owner::is_dead)?;
    let run = labels.get(RUN).cloned().unwrap_or_default();
    let instance = labels.get(INSTANCE).cloned().unwrap_or_default();
    let own_name = found.names.unwrap_or_default().into_iter().next();
    Some(Leftover {
        container: found.id?,
        name: own_name.map_or_else(|| format!("emu-{run}-{instance}"), |name| name.trim_start_matches('/').to_owned()),
        run,
        state: found.status.unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn container(labels: HashMap<String, String>) -> ContainerSummary {
        ContainerSummary {
            id: Some("c1".into()),
            names: Some(vec!["/emu-r1-1".into()]),
            labels: Some(labels),
            status: Some("Up 3 minutes".into()),
            ..ContainerSummary::default()
        }
    }

    #[test]
    fn a_living_neighbours_container_is_not_left_behind() {
        assert_eq!(left_behind(container(Owner::ours().labels("r1", 1))), None);
    }

    #[test]
    fn a_dead_emus_container_is() {
        let mut labels = Owner::ours().labels("r1", 1);
        labels.insert("emu.pid-start".into(), "1".into());
        let found = left_behind(container(labels)).expect("left behind");
        assert_eq!((found.name.as_str(), found.run.as_str()), ("emu-r1-1", "r1"));
    }

    #[test]
    fn a_foreign_container_is_not_ours_to_judge() {
        assert_eq!(left_behind(container(HashMap::from([("emu.run".to_owned(), "r1".to_owned())]))), None);
    }
}
