//! JavaScript sources that Node runs.

use super::dockerfile::{self, Parts, root};
use super::requirements::Install;
use super::version::choose;
use super::{Build, BuildProblem, Options, Subject, context};
use crate::project::Node;

pub(super) fn build(subject: Subject<'_>, node: &Node, options: &Options) -> Result<Build, BuildProblem> {
    let asked = node.version.as_ref().map(|said| said.value.as_str());
    let version = choose(asked, &subject.profile.build.node, &[]);
    let version = version.split('.').next().unwrap_or_default().to_owned();
    let tool = Tool::of(node);
    let after = if node.builds { vec![tool.build.to_owned()] } else { Vec::new() };
    let install = install(subject, node, &tool);
    dockerfile::build(subject, options, Parts { version, install, after, ..Parts::default() })
}

/// The tool that a project installs its packages with.
struct Tool {
    install: &'static str,
    build: &'static str,
}

impl Tool {
    fn of(node: &Node) -> Self {
        let lock = node.lock.as_ref().map_or("", |place| place.file.rsplit('/').next().unwrap_or_default());
        match lock {
            "yarn.lock" => Self { install: "corepack enable && yarn install --frozen-lockfile", build: "yarn build" },
            "pnpm-lock.yaml" => {
                Self { install: "corepack enable && pnpm install --frozen-lockfile", build: "pnpm run build" }
            }
            "" => Self { install: "npm install --no-audit --no-fund", build: "npm run build" },
            _ => Self { install: "npm ci --no-audit --no-fund", build: "npm run build" },
        }
    }
}

fn install(subject: Subject<'_>, node: &Node, tool: &Tool) -> Install {
    let root = root(subject);
    let manifest = "package.json";
    if !subject.folder.has(&context::below(&root, manifest)) {
        return Install::default();
    }
    let lock = node.lock.as_ref().map(|place| place.file.clone());
    let lock = lock.map(|file| file.strip_prefix(&context::below(&root, "")).unwrap_or(&file).to_owned());
    let text = subject.text(&root, manifest).unwrap_or_default();
    let package: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    let has = |key: &str| package.get(key).and_then(serde_json::Value::as_object).is_some_and(|list| !list.is_empty());
    let nothing =
        lock.is_none() && !["dependencies", "devDependencies", "optionalDependencies"].iter().any(|key| has(key));
    // A script of its own that runs at the installation needs the sources.
    let script = |name: &str| package.get("scripts").and_then(|scripts| scripts.get(name)).is_some();
    let needs_sources = ["preinstall", "install", "postinstall", "prepare"].iter().any(|name| script(name));
    Install {
        files: std::iter::once(manifest.to_owned()).chain(lock.clone()).collect(),
        file: lock.unwrap_or_else(|| manifest.to_owned()),
        commands: if nothing { Vec::new() } else { vec![tool.install.to_owned()] },
        needs_sources,
    }
}
