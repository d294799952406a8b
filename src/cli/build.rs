use std::path::PathBuf;

use serde::Serialize;
use tokio::runtime::Builder;
use tokio::sync::mpsc::unbounded_channel;

use super::folder::{BuildArgs, Shown, Sources};
use super::signals::Interrupts;
use super::subject::no_target;
use super::{Exit, Failure, Printer, Surroundings, engine, profile};
use crate::app::Target;
use crate::profile::Profile;

/// Arguments of `emu build`.
#[derive(Debug, clap::Args)]
pub struct BuildCommandArgs {
    /// The project's folder.
    #[arg(default_value = ".", value_name = "DIR")]
    folder: PathBuf,

    /// The plan whose platform it is built for. Without it: the one that the project's own files name.
    #[arg(long, short, value_name = "ID")]
    profile: Option<String>,

    /// Show the Dockerfile, and build nothing.
    #[arg(long)]
    print: bool,

    #[command(flatten)]
    build: BuildArgs,

    /// As JSON.
    #[arg(long)]
    json: bool,
}

/// What `--json` says.
#[derive(Debug, Serialize)]
struct Document {
    schema: u32,
    profile: String,
    /// The image's name; `null` where nothing was built.
    image: Option<String>,
    /// Whether it was made just now; `null` where nothing was built.
    made: Option<bool>,
    dockerfile: Option<String>,
    because: Vec<[String; 2]>,
}

/// Builds the image, or shows how it would be built.
pub(super) fn run(args: &BuildCommandArgs, printer: &Printer, surroundings: &Surroundings) -> Result<Exit, Failure> {
    let name = args.folder.to_string_lossy();
    // A bare word is a folder here, and nothing else.
    let named =
        if args.folder.is_dir() || name.starts_with(['.', '/', '~']) { name.into_owned() } else { format!("./{name}") };
    let target = Target::find(Some(&named), &[], surroundings.folder()).map_err(|error| no_target(&error))?;
    let profiles: Vec<&str> = args.profile.as_deref().into_iter().collect();
    let sources = Sources::of(&target, &args.build, &[], &profiles, surroundings)?;
    let sources = sources.ok_or_else(|| no_folder(&named))?;
    let profile = plan(args, &sources, surroundings)?;
    sources.introduce(&[&profile], printer);
    let shown = sources.shown(&profile)?;
    if args.print {
        return Ok(show(args, &shown, &profile, (&sources, printer)));
    }
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime =
        runtime.map_err(|error| Failure::new(Exit::Mistake, format!("the runtime cannot be made: {error}")))?;
    runtime.block_on(async {
        let interrupts = Interrupts::listen(unbounded_channel().0)
            .map_err(|error| Failure::new(Exit::Mistake, format!("signals cannot be listened for: {error}")))?;
        let docker = engine::docker(surroundings).await.map_err(|error| engine::failure(&error))?;
        let built = tokio::select! {
            built = sources.image(&docker, &profile, printer) => built?,
            () = interrupts.first() => return Ok(Exit::Interrupted),
        };
        if args.json {
            printer.json(&document(Some((built.image, built.made)), &shown, &profile, &sources));
        } else {
            printer.data(&built.image);
        }
        Ok(Exit::Done)
    })
}

fn plan(args: &BuildCommandArgs, sources: &Sources, surroundings: &Surroundings) -> Result<Profile, Failure> {
    let Some(id) = args.profile.as_deref().or(sources.plan().map(|plan| plan.profile.as_str())) else {
        return Err(Failure::new(Exit::Usage, "no plan was named, expected `--profile ID`")
            .hint("platforms build in different ways; `emu profiles list` names the plans"));
    };
    sources.adapted(&profile::load(id, surroundings)?)
}

fn no_folder(named: &str) -> Failure {
    Failure::new(Exit::Usage, format!("`{named}` is no folder, expected a project's")).hint("`emu build .`")
}

fn show(args: &BuildCommandArgs, shown: &Shown, profile: &Profile, (sources, printer): (&Sources, &Printer)) -> Exit {
    match (args.json, shown) {
        (true, _) => printer.json(&document(None, shown, profile, sources)),
        (false, Shown::Dockerfile(text)) => printer.data(text.trim_end()),
        (false, Shown::Image(name)) => printer.data(&format!("# nothing is built: `{name}` is run as it is")),
    }
    Exit::Done
}

fn document(built: Option<(String, bool)>, shown: &Shown, profile: &Profile, sources: &Sources) -> Document {
    let dockerfile = match shown {
        Shown::Dockerfile(text) => Some(text.clone()),
        Shown::Image(_) => None,
    };
    let (image, made) = built.unzip();
    Document { schema: 1, profile: profile.plan.id.clone(), image, made, dockerfile, because: sources.because() }
}
