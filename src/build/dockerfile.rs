//! The Dockerfile of a project that has none.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::line::{exec_form, quoted, words};
use super::start::start;
use super::{
    Build, BuildProblem, CERTIFICATE_ARGUMENTS, CERTIFICATES, Options, Subject, context, requirements::Install,
    runtime, shown,
};
use crate::profile::{BuildStep, Runtime};
use crate::project::{Command, Notice, Place};

/// Where the bundle of certificates stands while something is built.
const BUNDLE: &str = "/tmp/.emu-certificates.pem";

/// What the sources of one runtime add to the common frame.
#[derive(Debug, Default)]
pub(super) struct Parts {
    /// The version of the runtime.
    pub(super) version: String,
    /// Build arguments that tools of the runtime read, with values that do for everybody.
    pub(super) arguments: &'static [&'static str],
    /// How the packages are installed.
    pub(super) install: Install,
    /// What is done after the sources are in place, where no file names a command for it.
    pub(super) after: Vec<String>,
    /// Packages of the system.
    pub(super) packages: Vec<String>,
    /// What was found and is not done.
    pub(super) notices: Vec<Notice>,
}

/// Sources of another kind, started by a command that one of its files names.
pub(super) fn other(subject: Subject<'_>, options: &Options) -> Result<Build, BuildProblem> {
    build(subject, options, Parts::default())
}

/// The frame that all sources share.
pub(super) fn build(subject: Subject<'_>, options: &Options, parts: Parts) -> Result<Build, BuildProblem> {
    let runtime = runtime(&subject.found.recipe);
    let root = root(subject);
    let start = start(subject)?;
    let base = base(subject, runtime, options, &parts.version);
    let mut page = Page { text: String::new(), owner: subject.profile.build.user.clone() };
    page.line(&format!("# {} for {}, written by emu", subject.found.name, subject.profile.plan.id));
    page.line(&format!("FROM {base}"));
    page.certificates(options);
    page.arguments(&parts, options);
    page.packages(&parts.packages);
    page.folder(subject);
    page.sources(&parts.install, subject.found.taken.build_command.as_ref().map(|said| said.value.as_str()));
    for command in subject.found.taken.build_command.iter().map(|said| &said.value).chain(after(subject, &parts)) {
        page.line(&format!("RUN {}", one_line(command)));
    }
    let command = words(&start.command);
    page.end(options, &command);
    Ok(Build {
        name: subject.image(),
        dockerfile: page.text,
        bases: vec![base],
        target: None,
        arguments: options.arguments.clone(),
        files: context::sources(subject.folder, &root),
        command,
        runtime,
        lines: lines(subject, &parts.install, &start.command),
        notices: parts.notices,
    })
}

/// The folder of the app in the project's; empty for that one.
pub(super) fn root(subject: Subject<'_>) -> String {
    subject.found.taken.root.as_ref().map(|root| context::plain(&root.value)).unwrap_or_default()
}

/// A build command of the project's own is all that is done then.
fn after<'p>(subject: Subject<'_>, parts: &'p Parts) -> impl Iterator<Item = &'p String> {
    let own = subject.found.taken.build_command.is_some();
    parts.after.iter().filter(move |_| !own)
}

fn base(subject: Subject<'_>, runtime: Runtime, options: &Options, version: &str) -> String {
    let template = subject.profile.build.images.get(&runtime).cloned().unwrap_or_default();
    options.base_image.clone().unwrap_or_else(|| template.replace("{version}", version))
}

/// The platform's words, with what is known filled in.
pub(super) fn lines(subject: Subject<'_>, install: &Install, start: &Command) -> BTreeMap<BuildStep, String> {
    let entry = match &subject.found.recipe {
        crate::project::Recipe::Python(python) => python.entry.as_ref().map(|entry| entry.value.clone()),
        _ => None,
    };
    let known = [
        ("{app}", subject.name()),
        ("{workdir}", subject.workdir()),
        ("{file}", install.file.clone()),
        ("{entry}", entry.unwrap_or_else(|| shown(start))),
    ];
    let fill = |text: &String| known.iter().fold(text.trim().to_owned(), |text, (from, to)| text.replace(from, to));
    let of_packages = |step: BuildStep| step == BuildStep::Installed && install.file.is_empty();
    let steps = subject.profile.build.lines.iter().filter(|(step, _)| !of_packages(**step));
    steps.map(|(step, text)| (*step, fill(text))).collect()
}

/// The page as it is written.
struct Page {
    text: String,
    owner: Option<String>,
}

impl Page {
    fn line(&mut self, text: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.text, "{text}");
    }

    fn certificates(&mut self, options: &Options) {
        if !options.certificates {
            return;
        }
        self.line(&format!("COPY {CERTIFICATES} {BUNDLE}"));
        for name in CERTIFICATE_ARGUMENTS {
            self.line(&format!("ARG {name}={BUNDLE}"));
        }
    }

    fn arguments(&mut self, parts: &Parts, options: &Options) {
        for argument in parts.arguments {
            self.line(&format!("ARG {argument}"));
        }
        for name in options.arguments.keys() {
            self.line(&format!("ARG {name}"));
        }
    }

    fn packages(&mut self, packages: &[String]) {
        if packages.is_empty() {
            return;
        }
        let names: Vec<String> = packages.iter().map(|name| quoted(name)).collect();
        self.line(&format!(
            "RUN apt-get update && apt-get install -y --no-install-recommends {} && rm -rf /var/lib/apt/lists/*",
            names.join(" ")
        ));
    }

    /// The user, and a folder in which it may write.
    fn folder(&mut self, subject: Subject<'_>) {
        let workdir = subject.workdir();
        if let Some(user) = &subject.profile.build.user {
            let home = subject.profile.build.home.clone().unwrap_or_else(|| format!("/home/{user}"));
            self.line(&format!(
                "RUN id -u {user} >/dev/null 2>&1 || useradd --create-home --home-dir {home} {user}; \
                 mkdir -p {workdir} && chown {user} {workdir}"
            ));
        }
        self.line(&format!("WORKDIR {workdir}"));
    }

    /// Packages come before the sources, so that a change of the sources alone installs nothing again.
    fn sources(&mut self, install: &Install, own: Option<&str>) {
        // A build command of the project's own installs; what it names may be installed before it.
        let wanted = own.is_none_or(|own| !install.file.is_empty() && own.contains(&install.file));
        let commands: &[String] = if wanted { &install.commands } else { &[] };
        if !install.needs_sources {
            self.install(&install.files, commands);
        }
        let owner = self.owner.as_ref().map_or_else(String::new, |user| format!("--chown={user} "));
        self.line(&format!("COPY {owner}. ."));
        if install.needs_sources {
            self.install(&[], commands);
        }
    }

    fn install(&mut self, files: &[String], commands: &[String]) {
        if commands.is_empty() {
            return;
        }
        for file in files {
            let folder = file.rsplit_once('/').map_or("./".to_owned(), |(folder, _)| format!("{folder}/"));
            self.line(&format!("COPY {}", exec_form(&[file.clone(), folder])));
        }
        for command in commands {
            self.line(&format!("RUN {command}"));
        }
    }

    fn end(&mut self, options: &Options, command: &[String]) {
        if options.certificates {
            self.line(&format!("RUN rm -f {BUNDLE} {CERTIFICATES}"));
        }
        if let Some(user) = self.owner.clone() {
            self.line(&format!("USER {user}"));
        }
        // An image of somebody's own may have a program that it wraps around everything.
        if options.base_image.is_some() {
            self.line("ENTRYPOINT []");
        }
        self.line(&format!("CMD {}", exec_form(command)));
    }
}

/// A line of a Dockerfile ends where the line ends.
fn one_line(command: &str) -> String {
    let lines: Vec<&str> = command.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.iter().map(|line| line.trim_end_matches('\\').trim()).collect::<Vec<_>>().join(" && ").replace("&& &&", "&&")
}

/// A notice on a file.
pub(super) fn notice(place: &Place, found: impl Into<String>, done: impl Into<String>) -> Notice {
    Notice { place: place.clone(), found: found.into(), done: done.into() }
}
