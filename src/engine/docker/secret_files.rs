//! Files that only the app may see. They are sent to the engine once the instance is made, into its own layer:
//! no image has them, this machine gets no copy, and they go with the instance.

use bollard::models::ImageInspect;
use bollard::query_parameters::UploadToContainerOptionsBuilder;
use tar::{Builder, EntryType, Header};

use super::failure::failed;
use crate::engine::{EngineError, Order};

const DOING: &str = "put the secret files into the instance";

/// Anybody in the instance may read them, as the platform's user may; nobody but root may change them.
const MODE: u32 = 0o444;

/// The files of an order, each with its whole path in the instance. A path that does not begin with `/` is seen
/// from the working directory.
pub(super) fn placed<'o>(order: &'o Order, image: &ImageInspect) -> Vec<(String, &'o [u8])> {
    let own = image.config.as_ref().and_then(|config| config.working_dir.as_deref());
    let workdir = order.workdir.as_deref().or(own).unwrap_or("/").trim_end_matches('/');
    let whole = |path: &str| if path.starts_with('/') { path.to_owned() } else { format!("{workdir}/{path}") };
    let files = order.secrets.files.iter();
    files.filter_map(|file| Some((whole(&file.path), file.content.bytes()?))).collect()
}

/// Puts them there.
pub(super) async fn put(
    client: &bollard::Docker,
    container: &str,
    files: &[(String, &[u8])],
) -> Result<(), EngineError> {
    if files.is_empty() {
        return Ok(());
    }
    let archive =
        archive(files).map_err(|error| EngineError::Failed { doing: DOING.to_owned(), reason: error.to_string() })?;
    let options = UploadToContainerOptionsBuilder::default().path("/").build();
    let body = bollard::body_full(archive.into());
    client.upload_to_container(container, Some(options), body).await.map_err(failed(DOING))
}

/// Folders on the way are left out: those that are there keep their owner and their rights.
fn archive(files: &[(String, &[u8])]) -> std::io::Result<Vec<u8>> {
    let mut archive = Builder::new(Vec::new());
    for (path, content) in files {
        let mut header = Header::new_gnu();
        header.set_entry_type(EntryType::Regular);
        header.set_mode(MODE);
        header.set_size(u64::try_from(content.len()).unwrap_or(u64::MAX));
        archive.append_data(&mut header, path.trim_start_matches('/'), *content)?;
    }
    archive.into_inner()
}

#[cfg(test)]
mod tests {
    use bollard::models::ImageConfig;

    use super::*;
    use crate::event::InstanceId;
    use crate::spec::{Secret, SecretFile};

    #[test]
    fn a_path_is_seen_from_the_working_directory_of_the_plan_or_of_the_image() {
        let file = |path: &str| SecretFile { path: path.into(), from: String::new(), content: Secret::new("x") };
        let mut order = Order::plain("r", InstanceId(1), 80);
        order.secrets.files = vec![file(".app/secrets.toml"), file("/etc/secrets/key")];
        let paths = |order: &Order, workdir: Option<&str>| {
            let config = ImageConfig { working_dir: workdir.map(str::to_owned), ..ImageConfig::default() };
            let image = ImageInspect { config: Some(config), ..ImageInspect::default() };
            placed(order, &image).into_iter().map(|(path, _)| path).collect::<Vec<_>>()
        };
        assert_eq!(paths(&order, Some("/app/")), ["/app/.app/secrets.toml", "/etc/secrets/key"]);
        assert_eq!(paths(&order, None), ["/.app/secrets.toml", "/etc/secrets/key"]);
        order.workdir = Some("/mount/src".into());
        assert_eq!(paths(&order, Some("/app")), ["/mount/src/.app/secrets.toml", "/etc/secrets/key"]);
    }

    #[test]
    fn anybody_in_the_instance_may_read_them() {
        let archive = archive(&[("/etc/secrets/key".to_owned(), b"value")]).unwrap();
        let mut archive = tar::Archive::new(archive.as_slice());
        let entries: Vec<_> = archive.entries().unwrap().map(|entry| entry.unwrap()).collect();
        assert_eq!(entries.len(), 1);
        let header = entries[0].header();
        assert_eq!((header.mode().unwrap(), header.size().unwrap()), (0o444, 5));
        assert_eq!(entries[0].path().unwrap().to_string_lossy(), "etc/secrets/key");
    }
}
