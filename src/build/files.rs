//! Files that are served as they are: by emu's own server, so that no image of a web server is needed.

use super::dockerfile::lines;
use super::line::exec_form;
use super::requirements::Install;
use super::{Build, Options, Program, Subject, context};
use crate::profile::Runtime;
use crate::project::Command;

/// In a command: emu itself.
pub const SERVER: &str = "{emu}";
/// In a Dockerfile: the image with emu in it.
pub const SERVER_IMAGE: &str = "emu-mimic";
/// Where emu stands in that image.
const PROGRAM: &str = "/emu";
const SITE: &str = "/site";

/// An image with the files and the server. Nothing in it depends on another one's image.
pub(super) fn build(subject: Subject<'_>, folder: &str, options: &Options) -> Build {
    let command = server(subject, SITE).into_iter().map(|word| if word == SERVER { PROGRAM.to_owned() } else { word });
    let command: Vec<String> = command.collect();
    let dockerfile = format!(
        "# {} for {}, written by emu\nFROM {SERVER_IMAGE}\nCOPY . {SITE}\nENTRYPOINT []\nCMD {}\n",
        subject.found.name,
        subject.profile.plan.id,
        exec_form(&command)
    );
    Build {
        name: subject.image(),
        dockerfile,
        bases: vec![SERVER_IMAGE.to_owned()],
        target: None,
        arguments: options.arguments.clone(),
        files: context::sources(subject.folder, &context::plain(folder)),
        command,
        runtime: Runtime::Other,
        lines: lines(subject, &Install::default(), &Command::Words(Vec::new())),
        notices: Vec::new(),
    }
}

/// The server as a program of this machine.
pub(super) fn program(subject: Subject<'_>, folder: &str) -> Program {
    Program {
        folder: context::plain(folder),
        command: server(subject, "."),
        runtime: Runtime::Other,
        modules: Vec::new(),
    }
}

/// The command of the server. Where the plan's apps are not told their port, it is.
pub fn server(subject: Subject<'_>, folder: &str) -> Vec<String> {
    let port = &subject.profile.port;
    let mut command = vec![SERVER.to_owned(), "__files".to_owned(), folder.to_owned()];
    if port.variable.is_none() {
        command.extend(["--port".to_owned(), port.number.to_string()]);
    }
    command
}
