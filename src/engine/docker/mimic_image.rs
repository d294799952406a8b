//! The built-in app as an image, made from this very binary: no registry, no builder.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use bollard::models::ImageSummary;
use bollard::query_parameters::{CreateImageOptionsBuilder, ListImagesOptionsBuilder, RemoveImageOptions};
use futures_util::StreamExt;

use super::Docker;
use super::elf;
use super::failure::{failed, is_absent, is_conflict, words};
use super::tree::{PROGRAM, Tree, tag};
use crate::engine::EngineError;
use crate::engine::owner::MARK;

const NAME: &str = "emu-mimic";
const DOING: &str = "make the image of the built-in app";

/// The image's name; it is made when it is not there yet.
pub(super) async fn ensure(docker: &Docker) -> Result<String, EngineError> {
    docker.mimic.get_or_try_init(|| made(docker)).await.cloned()
}

/// Reading and hashing the binary costs more than starting an instance, so it is done once.
async fn made(docker: &Docker) -> Result<String, EngineError> {
    // By number, because the loader looks at the path from a process of its own.
    let running = || PathBuf::from(format!("/proc/{}/exe", std::process::id()));
    let path = docker.program.clone().unwrap_or_else(running);
    let program = read(&path)?;
    let facts = elf::read(&program).ok_or_else(|| refused("it needs a 64-bit Linux binary of emu".to_owned()))?;
    let image = format!("{NAME}:{}", tag(&program));
    let found = format!("linux/{}", facts.architecture);
    if found != docker.machine.platform {
        return Err(EngineError::WrongArchitecture { image, found, expected: docker.machine.platform.clone() });
    }
    match docker.line.client.inspect_image(&image).await {
        Ok(_) => return Ok(image),
        Err(error) if is_absent(&error) => {}
        Err(error) => return Err(failed(DOING)(error)),
    }
    let tree = Tree::of(&path, program, &facts).await.map_err(|error| refused(error.to_string()))?;
    import(docker, &tree).await?;
    Ok(image)
}

fn read(path: &Path) -> Result<Vec<u8>, EngineError> {
    if !cfg!(target_os = "linux") {
        return Err(refused(format!("it needs a Linux binary, and this one is for {}", std::env::consts::OS)));
    }
    std::fs::read(path).map_err(|error| refused(format!("`{}`: {error}", path.display())))
}

fn refused(reason: String) -> EngineError {
    EngineError::Failed { doing: DOING.to_owned(), reason }
}

async fn import(docker: &Docker, tree: &Tree) -> Result<(), EngineError> {
    let mut changes = vec![format!("ENTRYPOINT [\"{PROGRAM}\", \"__mimic\"]"), format!("LABEL {MARK}=")];
    changes.extend(tree.library_path().map(|folders| format!("ENV LD_LIBRARY_PATH={folders}")));
    let options = CreateImageOptionsBuilder::default()
        .from_src("-")
        .repo(NAME)
        .tag(&tree.tag())
        .message("the built-in app of emu")
        .changes(changes)
        .build();
    let archive = tree.archive().map_err(|error| refused(error.to_string()))?;
    let body = bollard::body_full(archive.into());
    let mut progress = std::pin::pin!(docker.line.client.create_image(Some(options), Some(body), None));
    while let Some(step) = progress.next().await {
        step.map_err(failed(DOING))?;
    }
    Ok(())
}

impl Docker {
    /// The name of the image with the built-in app, which has emu in it; made when it is not there yet.
    pub async fn mimic_image(&self) -> Result<String, EngineError> {
        ensure(self).await
    }

    /// Images that emu made: of projects, and of the built-in app of this and of earlier binaries. Two emus that
    /// made the same one at once left one of the two without a name; that one is told by its id.
    pub async fn images(&self) -> Result<Vec<String>, EngineError> {
        let filters = HashMap::from([("label", vec![MARK])]);
        let options = ListImagesOptionsBuilder::default().filters(&filters).build();
        let found = self.line.client.list_images(Some(options)).await.map_err(failed("list images"))?;
        let mut names: Vec<_> = found.into_iter().flat_map(names).collect();
        names.sort();
        Ok(names)
    }

    /// Removes an image that emu made. Returns whether it is gone: one in use stays.
    pub async fn remove_image(&self, image: &str) -> Result<bool, EngineError> {
        match self.line.client.remove_image(image, None::<RemoveImageOptions>, None).await {
            Ok(_) => Ok(true),
            Err(error) if is_absent(&error) => Ok(true),
            Err(error) if is_conflict(&error) => Ok(false),
            Err(error) => Err(refused_removal(image, &words(&error))),
        }
    }
}

/// Names given by others to an image of ours are theirs to remove.
fn names(image: ImageSummary) -> Vec<String> {
    let (named, foreign): (Vec<_>, Vec<_>) =
        image.repo_tags.into_iter().filter(|name| !name.starts_with("<none>")).partition(|name| is_ours(name));
    if named.is_empty() && foreign.is_empty() { vec![image.id] } else { named }
}

fn is_ours(name: &str) -> bool {
    name.strip_prefix(NAME).is_some_and(|rest| rest.starts_with(':')) || name.starts_with("emu-built/")
}

fn refused_removal(image: &str, reason: &str) -> EngineError {
    EngineError::Failed { doing: format!("remove the image `{image}`"), reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(tags: &[&str]) -> ImageSummary {
        let repo_tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
        ImageSummary { id: "sha256:1f".into(), repo_tags, ..ImageSummary::default() }
    }

    #[test]
    fn an_image_that_lost_its_name_is_told_by_its_id() {
        assert_eq!(names(image(&[])), ["sha256:1f"]);
        assert_eq!(names(image(&["<none>:<none>"])), ["sha256:1f"]);
    }

    #[test]
    fn names_that_others_gave_are_not_told() {
        assert_eq!(names(image(&["emu-mimic:0a", "mine:1"])), ["emu-mimic:0a"]);
        assert!(names(image(&["mine:1", "emu-mimicry:1"])).is_empty());
        assert_eq!(names(image(&["mine:1", "emu-built/shop:1f"])), ["emu-built/shop:1f"]);
    }
}
