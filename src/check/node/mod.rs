//! JavaScript that Node runs: where it listens, what it imports, what it writes.

mod calls;
mod files;
mod imports;
mod listen;
mod mail;
mod tokens;

pub(super) use files::written;
pub(super) use imports::CHECK as IMPORTS;
pub(super) use listen::{bind, port, workers};
pub(super) use mail::ports as mail_ports;

use calls::Source;

use super::Subject;
use super::paths::{ending, is_aside};
use crate::project::Recipe;

/// The sources that Node may run, without tests, bundles and what belongs to the browser.
pub(super) fn sources<'a>(subject: &Subject<'a>) -> Vec<Source<'a>> {
    let of_node = match subject.found.map(|found| &found.recipe) {
        Some(recipe) => matches!(recipe, Recipe::Node(_) | Recipe::Dockerfile { .. } | Recipe::Other),
        None => true,
    };
    if !of_node || !subject.folder.has("package.json") {
        return Vec::new();
    }
    let script = |path: &str| matches!(ending(path), "js" | "mjs" | "cjs" | "ts");
    let files = subject.folder.files.iter().filter(|(path, _)| script(path) && !is_aside(path) && !is_of_browser(path));
    files.filter_map(|(path, file)| Some(Source::read(path, file.content.text()?))).collect()
}

fn is_of_browser(path: &str) -> bool {
    let folder = |part: &str| {
        matches!(
            part,
            "public" | "static" | "dist" | "build" | "client" | "frontend" | "assets" | "vendor" | "node_modules"
        )
    };
    path.split('/').any(folder)
        || path.ends_with(".min.js")
        || path.ends_with(".d.ts")
        || path.contains(".config.")
        || path.contains(".test.")
        || path.contains(".spec.")
}
