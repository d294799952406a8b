use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use crate::app::PROJECT_FILE;
use crate::build::Options;
use crate::cli::{Exit, Failure, Surroundings};
use crate::engine::docker::Cache;
use crate::project::{Asked, Place, Platform, Said};
use crate::scenario::Choice;

/// Variables about proxies. An engine knows them as build arguments, and keeps them out of the image.
const PROXIES: &[&str] = &["HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "ALL_PROXY", "NO_PROXY"];
/// Variables by which a bundle of certificates of one's own is named.
const BUNDLES: &[&str] = &["SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"];

/// How a project folder becomes an image: the arguments that every command with an app takes.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct BuildArgs {
    /// For a folder: the file of Python that is run, where there are several.
    #[arg(long, value_name = "FILE")]
    entry: Option<String>,

    /// For a folder: the Dockerfile, where it has another name or there are several.
    #[arg(long, value_name = "FILE")]
    dockerfile: Option<String>,

    /// For a folder: the service, where a file names several.
    #[arg(long, value_name = "NAME")]
    service: Option<String>,

    /// For a folder: build on this image, in place of the plan's or the Dockerfile's.
    #[arg(long, value_name = "IMAGE")]
    base_image: Option<String>,

    /// For a folder: give the build an argument.
    #[arg(long, value_name = "NAME=VALUE")]
    build_arg: Vec<String>,

    /// For a folder: build every step anew.
    #[arg(long)]
    no_cache: bool,
}

impl BuildArgs {
    /// What is said about a build, where nothing is built.
    pub(super) fn refused(&self) -> Option<Failure> {
        let given = [
            ("--entry", self.entry.is_some()),
            ("--dockerfile", self.dockerfile.is_some()),
            ("--service", self.service.is_some()),
            ("--base-image", self.base_image.is_some()),
            ("--build-arg", !self.build_arg.is_empty()),
            ("--no-cache", self.no_cache),
        ];
        let (flag, _) = given.into_iter().find(|(_, given)| *given)?;
        Some(
            Failure::new(Exit::Usage, format!("`{flag}` is for a project folder, and none was named"))
                .hint("`emu run . --profile ID` runs the folder that you are in"),
        )
    }

    /// What is changed about the build.
    pub(super) fn options(&self, certificates: bool) -> Result<Options, Failure> {
        let argument = |text: &String| match text.split_once('=') {
            Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
            _ => {
                let name = text.split('=').next().unwrap_or_default();
                Err(Failure::new(Exit::Usage, format!("`--build-arg {name}`: expected `NAME=VALUE`"))
                    .hint("for instance `--build-arg BASE=python:3.12`"))
            }
        };
        let arguments = self.build_arg.iter().map(argument).collect::<Result<BTreeMap<_, _>, _>>()?;
        Ok(Options { base_image: self.base_image.clone(), arguments, certificates })
    }

    /// What is said about the folder by hand, else in the project's own file, and the platform of the plan.
    pub(super) fn asked(&self, own: Choice, platform: Option<String>) -> Asked {
        let said = |flag: &str, typed: &Option<String>, own: Option<String>| {
            let typed = typed.clone().map(|value| (flag, value));
            let (place, value) = typed.or_else(|| own.map(|value| (PROJECT_FILE, value)))?;
            Some(Said::at(Place::file(place), value.trim_start_matches("./").to_owned()))
        };
        Asked {
            entry: said("--entry", &self.entry, own.entry),
            dockerfile: said("--dockerfile", &self.dockerfile, own.dockerfile),
            service: said("--service", &self.service, own.service),
            platform,
            platforms: Platform::shipped(),
        }
    }

    /// Whether what was built before is used again.
    pub(super) fn cache(&self) -> Cache {
        if self.no_cache { Cache::Left } else { Cache::Used }
    }
}

/// What a build is given of this machine, and does not keep.
#[derive(Debug, Clone, Default)]
pub(super) struct Passed {
    proxies: BTreeMap<String, String>,
    certificates: Option<PathBuf>,
    /// emu's own program, for what it serves itself.
    program: PathBuf,
}

impl Passed {
    pub(super) fn of(surroundings: &Surroundings) -> Self {
        let known = |name: &str| PROXIES.contains(&name.to_ascii_uppercase().as_str());
        let proxies = surroundings.all().iter().filter(|(name, value)| known(name) && !value.is_empty());
        let bundle = BUNDLES.iter().filter_map(|name| surroundings.get(name)).map(PathBuf::from);
        Self {
            proxies: proxies.map(|(name, value)| (name.clone(), value.clone())).collect(),
            certificates: bundle.into_iter().find(|file| std::fs::read_to_string(file).is_ok()),
            program: surroundings.situation().program,
        }
    }

    pub(super) fn program(&self) -> String {
        self.program.to_string_lossy().into_owned()
    }

    pub(super) fn has_certificates(&self) -> bool {
        self.certificates.is_some()
    }

    pub(super) fn certificates(&self) -> Option<&PathBuf> {
        self.certificates.as_ref()
    }

    /// The build's own arguments, and the proxies.
    pub(super) fn arguments(&self, own: &BTreeMap<String, String>) -> HashMap<String, String> {
        self.proxies.iter().chain(own).map(|(name, value)| (name.clone(), value.clone())).collect()
    }
}
