//! Making an instance, and watching over it from then on.

use std::sync::atomic::{AtomicBool, AtomicU32};

use bollard::models::{ContainerInspectResponse, ImageInspect};
use bollard::query_parameters::{
    CreateContainerOptionsBuilder, InspectContainerOptions, RemoveContainerOptionsBuilder,
};
use tokio::sync::{mpsc::UnboundedSender, watch};

use super::Docker;
use super::body::{body, taken};
use super::core::Core;
use super::failure::{failed, is_absent};
use super::{Container, mimic_image, secret_files};
use crate::engine::phase::Phase;
use crate::engine::{EngineError, News, Order};
use crate::spec::Image;

impl Docker {
    /// Makes sure, before a run, that the program is there and fits this machine. The image of the
    /// built-in app is assembled when it is not there yet.
    pub async fn prepare(&self, image: &Image) -> Result<(), EngineError> {
        let name = self.image_name(image).await?;
        self.fitting(&name).await.map(|_| ())
    }

    async fn image_name(&self, image: &Image) -> Result<String, EngineError> {
        match image {
            Image::Named(name) => Ok(name.clone()),
            Image::Mimic => mimic_image::ensure(self).await,
            Image::Host { folder } => Err(EngineError::WrongKind {
                found: format!("a program of this machine in `{folder}`"),
                expected: "an image",
                engine: "docker",
            }),
        }
    }

    pub(super) async fn make(&self, order: Order, news: UnboundedSender<News>) -> Result<Container, EngineError> {
        let image = self.image_name(&order.image).await?;
        let found_image = self.fitting(&image).await?;
        let command = command_in_words(&found_image, &order.command);
        let files = secret_files::placed(&order, &found_image);
        let asked = body(&order, image, &self.machine, &self.reach, &self.owner);
        let host_config = asked.host_config.clone().unwrap_or_default();
        let name = format!("emu-{}-{}", order.run, order.instance.0);
        let options = CreateContainerOptionsBuilder::default().name(&name).build();
        let doing = failed("create the instance");
        let made = self.line.client.create_container(Some(options), asked).await.map_err(&doing)?;
        let found = self.line.client.inspect_container(&made.id, None::<InspectContainerOptions>).await;
        let checked = found.map_err(&doing).and_then(|found| check(&host_config, found));
        let checked = match checked {
            Ok(found) => secret_files::put(&self.line.client, &made.id, &files).await.map(|()| found),
            refused => refused,
        };
        let found = match checked {
            Ok(found) => found,
            Err(error) => {
                let options = RemoveContainerOptionsBuilder::default().force(true).v(true).build();
                let _ = self.line.client.remove_container(&made.id, Some(options)).await;
                return Err(error);
            }
        };
        let own = files.into_iter().map(|(path, _)| path).collect();
        let core = Core { own, ..self.core(&order, made.id, command, news) };
        Ok(Container::new(core, found.created))
    }

    fn core(&self, order: &Order, container: String, command: String, news: UnboundedSender<News>) -> Core {
        Core {
            client: self.line.client.clone(),
            id: order.instance,
            container,
            port: order.port,
            reach: self.reach.clone(),
            can: self.machine.can.clone(),
            memory: order.memory,
            swap: order.swap,
            own: Vec::new(),
            command,
            phase: watch::Sender::new(Phase::Created),
            ooms: watch::Sender::new(0),
            pid: AtomicU32::new(0),
            asked_for: AtomicBool::new(false),
            removing: AtomicBool::new(false),
            news,
        }
    }

    /// The image, unless it is not there or cannot run here.
    async fn fitting(&self, image: &str) -> Result<ImageInspect, EngineError> {
        let found = self.line.client.inspect_image(image).await.map_err(|error| {
            let absent = is_absent(&error);
            if absent {
                EngineError::ImageAbsent { image: image.to_owned() }
            } else {
                failed("look at the image")(error)
            }
        })?;
        fits(image, &found, &self.machine.platform)?;
        Ok(found)
    }
}

/// Compares the processor an image is for with the one there is.
fn fits(image: &str, found: &ImageInspect, platform: &str) -> Result<(), EngineError> {
    let Some(architecture) = found.architecture.as_deref().filter(|name| !name.is_empty()) else { return Ok(()) };
    let found = format!("{}/{architecture}", found.os.as_deref().filter(|os| !os.is_empty()).unwrap_or("linux"));
    if found == platform {
        return Ok(());
    }
    Err(EngineError::WrongArchitecture { image: image.to_owned(), found, expected: platform.to_owned() })
}

fn command_in_words(image: &ImageInspect, command: &[String]) -> String {
    let config = image.config.as_ref();
    let entry = config.and_then(|config| config.entrypoint.clone()).unwrap_or_default();
    let own = config.and_then(|config| config.cmd.clone()).unwrap_or_default();
    let rest = if command.is_empty() { own } else { command.to_vec() };
    [entry, rest].concat().join(" ")
}

fn check(
    asked: &bollard::models::HostConfig,
    found: ContainerInspectResponse,
) -> Result<ContainerInspectResponse, EngineError> {
    taken(asked, &found.host_config.clone().unwrap_or_default())?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(os: &str, architecture: &str) -> ImageInspect {
        ImageInspect { os: Some(os.into()), architecture: Some(architecture.into()), ..ImageInspect::default() }
    }

    #[test]
    fn an_image_for_another_processor_is_refused() {
        assert_eq!(fits("app", &image("linux", "amd64"), "linux/amd64"), Ok(()));
        let error = fits("app", &image("linux", "arm64"), "linux/amd64").expect_err("refused").to_string();
        assert_eq!(error, "image `app` is for `linux/arm64`, this machine runs `linux/amd64`");
    }

    #[test]
    fn an_image_that_does_not_say_is_let_through() {
        assert_eq!(fits("app", &image("", ""), "linux/amd64"), Ok(()));
    }
}
