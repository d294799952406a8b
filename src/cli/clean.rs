use tokio::runtime::Builder;

use super::engine::EngineArgs;
use super::{Exit, Failure, Printer, Surroundings, background, engine};
use crate::engine::docker::Docker;
use crate::engine::{Chosen, Either, EngineError};

/// Arguments of `emu clean`.
#[derive(Debug, clap::Args)]
pub struct CleanArgs {
    /// Say what would be removed, and remove nothing.
    #[arg(long)]
    dry_run: bool,

    /// Remove the images that emu made as well: of mimic, which takes a second to make again, and of projects.
    #[arg(long)]
    images: bool,
}

/// Removes what dead runs left on either engine. Instances of runs that still live are never touched.
pub(super) fn run(args: &CleanArgs, printer: &Printer, surroundings: &Surroundings) -> Result<Exit, Failure> {
    background::clean(args.dry_run, printer, surroundings)?;
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime =
        runtime.map_err(|error| Failure::new(Exit::Mistake, format!("the runtime cannot be made: {error}")))?;
    runtime.block_on(async {
        let native = engine::native(EngineArgs::default(), surroundings).await;
        let docker = engine::docker(surroundings).await;
        if let (Err(absent), Err(lacking)) = (&docker, &native) {
            return Err(engine::neither(absent, lacking));
        }
        let mut found = 0;
        for engine in [docker.clone().map(Either::Docker), native.map(Either::Native)] {
            found += instances(args, engine, printer).await?;
        }
        let done = if args.dry_run { "would be removed" } else { "removed" };
        printer.say(&match found {
            0 => "nothing was left by dead runs".to_owned(),
            count => format!("{} {done}", engine::instances(count)),
        });
        if args.images {
            let docker = docker.map_err(|error| engine::failure(&error))?;
            images(args, &docker, printer).await?;
        }
        Ok(Exit::Done)
    })
}

/// Clears one engine, and tells what was there. One that does not work here is told, and no fault.
async fn instances(args: &CleanArgs, engine: Result<Chosen, EngineError>, printer: &Printer) -> Result<usize, Failure> {
    let engine = match engine {
        Ok(engine) => engine,
        Err(error) => {
            printer.say(&format!("not looked at: {}", engine::in_short(&error)));
            return Ok(0);
        }
    };
    let found = if args.dry_run { engine.leftovers().await } else { engine.sweep().await };
    let found = found.map_err(|error| engine::failure(&error))?;
    for leftover in &found {
        printer.data(&format!("{}  of run {}  {}", leftover.name, leftover.run, leftover.state));
    }
    Ok(found.len())
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
