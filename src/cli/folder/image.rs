//! A project folder on an engine that runs images.

use std::cell::RefCell;
use std::collections::HashMap;

use super::progress::View;
use super::{Made, Sources, problem};
use crate::app;
use crate::build::{self, Build, DOCKERFILE, cause, plan_image};
use crate::cli::{Exit, Failure, Printer, engine};
use crate::engine::docker::{BuildOrder, Built, Cache, Docker, Piece, PieceContent};
use crate::profile::{BuildStep, Profile};
use crate::spec::{AppSpec, Image};

/// The builder leaves these out of what the Dockerfile copies.
const IGNORED: &str = ".emu.Dockerfile\n.dockerignore\n";

/// The app as an image, built where it has not been.
pub(super) async fn made(
    sources: &Sources,
    docker: &Docker,
    profile: &Profile,
    command: &[String],
    printer: &Printer,
) -> Result<Made, Failure> {
    let (image, own) = match plan(sources, profile, command)? {
        build::Image::Named(name, own) => (name, own),
        build::Image::Built(build) => {
            let image = ready(sources, docker, &build, printer).await?.image;
            (image, build.command)
        }
    };
    let command = if command.is_empty() { own } else { command.to_vec() };
    Ok(Made {
        app: AppSpec { name: sources.subject(profile).name(), image: Image::Named(image), command },
        variables: Vec::new(),
    })
}

/// What is built, with a command of the user's own in place of one that nobody names.
pub(super) fn plan(sources: &Sources, profile: &Profile, command: &[String]) -> Result<build::Image, Failure> {
    plan_image(sources.subject(profile), &sources.options).map_err(|error| problem(&error)).or_else(|failure| {
        let mut sources = sources.clone();
        let Some(words) = Some(command.to_vec()).filter(|words| !words.is_empty()) else { return Err(failure) };
        let place = project_place("--");
        sources.found.taken.command = Some(crate::project::Said::at(place, crate::project::Command::Words(words)));
        plan_image(sources.subject(profile), &sources.options).map_err(|error| problem(&error))
    })
}

fn project_place(name: &str) -> crate::project::Place {
    crate::project::Place::file(name)
}

/// An image that is there.
#[derive(Debug)]
pub(in crate::cli) struct Ready {
    /// Its name and tag.
    pub(in crate::cli) image: String,
    /// Whether it was made just now.
    pub(in crate::cli) made: bool,
}

/// Sees to it that the image is there.
pub(super) async fn ready(
    sources: &Sources,
    docker: &Docker,
    build: &Build,
    printer: &Printer,
) -> Result<Ready, Failure> {
    let build = &with_server(docker, build).await?;
    let tag = app::fingerprint(&sources.path, build)
        .map_err(|error| Failure::new(Exit::NotStarted, error.to_string()).hint("check who may read it"))?;
    let image = format!("{}:{tag}", build.name);
    let base = Some(&build.bases).filter(|bases| bases.len() == 1).and_then(|bases| bases.first().cloned());
    let there = docker.has_built(&image, base.as_deref()).await.map_err(|error| engine::failure(&error))?;
    if there && sources.cache == Cache::Used {
        printer.say(&format!("{image} is built already: nothing changed"));
        return Ok(Ready { image, made: false });
    }
    for notice in &build.notices {
        printer.say(&format!("  note: {}: {}: {}", notice.place, notice.found, notice.done));
    }
    let order = order(sources, build, image.clone(), base)?;
    let view = RefCell::new(View::new(printer, &image));
    platform(build, &[BuildStep::Sources, BuildStep::Dependencies], printer);
    let building = docker.build(order, |news| view.borrow_mut().take(news));
    let ended = View::while_drawn(&view, building).await;
    let mut view = view.into_inner();
    view.close();
    match ended.map_err(|error| engine::failure(&error))? {
        Built::Made => {}
        Built::Failed(message) => return Err(failed(build, &message, view.lines())),
    }
    platform(build, &[BuildStep::Installed, BuildStep::Done], printer);
    printer.say(&view.told());
    Ok(Ready { image, made: true })
}

/// The image with emu's own server under the name that it has, made where it is not there yet.
async fn with_server(docker: &Docker, build: &Build) -> Result<Build, Failure> {
    let mut build = build.clone();
    if build.bases == [build::SERVER_IMAGE] {
        let name = docker.mimic_image().await.map_err(|error| engine::failure(&error))?;
        build.dockerfile = build.dockerfile.replacen(build::SERVER_IMAGE, &name, 1);
        build.bases = vec![name];
    }
    Ok(build)
}

fn platform(build: &Build, steps: &[BuildStep], printer: &Printer) {
    for line in steps.iter().filter_map(|step| build.lines.get(step)) {
        printer.say(line);
    }
}

fn order(sources: &Sources, build: &Build, image: String, base: Option<String>) -> Result<BuildOrder, Failure> {
    let text = |inside: &str, text: String| Piece { inside: inside.to_owned(), content: PieceContent::Text(text) };
    let mut pieces = vec![text(DOCKERFILE, build.dockerfile.clone()), text(".dockerignore", IGNORED.to_owned())];
    if let Some(bundle) = sources.passed.certificates().filter(|_| build.dockerfile.contains(build::CERTIFICATES)) {
        let read = std::fs::read_to_string(bundle).map_err(|error| {
            Failure::new(Exit::Configuration, format!("`{}` cannot be read: {error}", bundle.display()))
                .hint("it is the bundle of certificates that this shell's variables name")
        })?;
        pieces.push(text(build::CERTIFICATES, read));
    }
    let own = build.files.iter().filter(|sent| sent.inside != ".dockerignore");
    pieces.extend(
        own.map(|sent| Piece {
            inside: sent.inside.clone(),
            content: PieceContent::File(sources.path.join(&sent.from)),
        }),
    );
    let arguments: HashMap<String, String> = sources.passed.arguments(&build.arguments);
    let (dockerfile, target) = (DOCKERFILE.to_owned(), build.target.clone());
    Ok(BuildOrder { image, dockerfile, pieces, target, arguments, base, cache: sources.cache })
}

/// The cause, the last lines, the engine's word, and one next step.
fn failed(build: &Build, message: &str, lines: &[String]) -> Failure {
    let cause = cause(message, lines, &build.bases);
    let why = cause.words().map_or_else(String::new, |words| format!(": {words}"));
    let shown: Vec<String> = lines.iter().chain(Some(&message.to_owned())).map(|line| format!("\n  {line}")).collect();
    Failure::new(Exit::NotStarted, format!("the image could not be built{why}{}", shown.concat())).hint(cause.hint())
}
