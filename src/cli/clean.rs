use tokio::runtime::Builder;

use super::{Exit, Failure, Printer, Surroundings, engine};
use crate::engine::docker::Docker;

/// Arguments of `emu clean`.
#[derive(Debug, clap::Args)]
pub struct CleanArgs {
    /// Say what would be removed, and remove nothing.
    #[arg(long)]
    dry_run: bool,

    /// Remove the images of mimic as well. The next run makes one again in about a second.
    #[arg(long)]
    images: bool,
}

/// Removes what dead runs left. Instances of runs that still live are never touched.
pub(super) fn run(args: &CleanArgs, printer: &Printer, surroundings: &Surroundings) -> Result<Exit, Failure> {
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime =
        runtime.map_err(|error| Failure::new(Exit::Mistake, format!("the runtime cannot be made: {error}")))?;
    runtime.block_on(async {
        let docker = engine::docker(surroundings).await?;
        instances(args, &docker, printer).await?;
        if args.images {
            images(args, &docker, printer).await?;
        }
        Ok(Exit::Done)
    })
}

async fn instances(args: &CleanArgs, docker: &Docker, printer: &Printer) -> Result<(), Failure> {
    let found = if args.dry_run { docker.leftovers().await } else { docker.sweep().await };
    let found = found.map_err(|error| engine::failure(&error))?;
    for leftover in &found {
        printer.data(&format!("{}  of run {}  {}", leftover.name, leftover.run, leftover.state));
    }
    let done = if args.dry_run { "would be removed" } else { "removed" };
    printer.say(&match found.len() {
        0 => "nothing was left by dead runs".to_owned(),
        count => format!("{} {done}", engine::instances(count)),
    });
    Ok(())
}

async fn images(args: &CleanArgs, docker: &Docker, printer: &Printer) -> Result<(), Failure> {
    for image in docker.images().await.map_err(|error| engine::failure(&error))? {
        let removed = !args.dry_run && docker.remove_image(&image).await.map_err(|error| engine::failure(&error))?;
        let done = match (args.dry_run, removed) {
            (true, _) => "would be removed",
            (false, true) => "removed",
            (false, false) => "in use, kept",
        };
        printer.say(&format!("image {image} {done}"));
    }
    Ok(())
}
