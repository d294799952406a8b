//! What a folder is. The order: what the user says, the platform's own file, `compose.yaml`, `Dockerfile`,
//! source, files that are served as they are, and a Procfile for anything else.

mod asked;
mod compose;
mod docker;
mod entry;
mod manifest;
mod node;
mod procfile;
mod python;
mod version;
mod view;

#[cfg(test)]
mod tests;

pub use asked::{Asked, NotFound};
pub use manifest::Platform;

use super::{Folder, Found, Place, Recipe};
use manifest::Decided;
use view::Look;

/// Folders from which files are served as they are, the likeliest first.
const SERVED: &[&str] = &["", "public/", "dist/", "build/", "_site/", "out/"];

/// What a folder is, and what its own files say about how it is run.
///
/// # Errors
/// It is empty, nothing in it says what it is, several things do, or a file that decides cannot be read.
pub fn find(folder: &Folder, asked: &Asked) -> Result<Found, NotFound> {
    if folder.files.is_empty() {
        return Err(NotFound::Empty { folder: folder.name.clone() });
    }
    let mut look = Look::at(folder, asked);
    let decided = manifest::read(&mut look)?;
    let recipe = recipe(&mut look, &decided)?;
    if folder.truncated {
        look.notice(Place::file("."), "more files than anybody writes", "only some of them are looked at");
    }
    let Look { taken, because, notices, .. } = look;
    let name = name_of(decided.name.as_deref().unwrap_or(&folder.name));
    Ok(Found { name, recipe, because, taken, notices })
}

/// A platform's own file goes before a compose file, which no platform reads, and that before all else.
fn recipe(look: &mut Look<'_>, decided: &Decided) -> Result<Recipe, NotFound> {
    if look.taken.platform.is_none() && look.asked.dockerfile.is_none() && look.asked.entry.is_none() {
        let sources = look.folder.files.keys().any(|path| is_source(path));
        if let Some(recipe) = compose::recipe(look, sources)? {
            return Ok(recipe);
        }
    }
    procfile::read(look);
    if look.asked.entry.is_none()
        && let Some(recipe) = docker::recipe(look, decided)?
    {
        return Ok(recipe);
    }
    source(look)
}

/// Whether a file is something to build.
fn is_source(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let ending = name.rsplit('.').next().unwrap_or_default();
    ["Dockerfile", "Procfile", "package.json", "index.html"].contains(&name) || ["py", "go", "rb"].contains(&ending)
}

/// Source without a Dockerfile. Where there is Python and Node, the one that is surely an app wins.
fn source(look: &mut Look<'_>) -> Result<Recipe, NotFound> {
    if let Some(python) = python::recipe(look)? {
        return Ok(Recipe::Python(python));
    }
    if let Some(node) = node::recipe(look)? {
        return Ok(Recipe::Node(node));
    }
    let served = SERVED.iter().find(|folder| look.has(&format!("{folder}index.html")));
    if let (Some(folder), None) = (served, &look.taken.command) {
        let folder = look.path(folder).trim_end_matches('/').to_owned();
        look.because(
            Place::file(look.path(&format!("{}index.html", served.unwrap_or(&"")))),
            "files that are served as they are",
        );
        return Ok(Recipe::Static { folder });
    }
    if let Some(command) = &look.taken.command {
        let place = command.place.clone();
        look.because(place, "source of another kind: the command decides");
        return Ok(Recipe::Other);
    }
    Err(nothing(look))
}

fn nothing(look: &Look<'_>) -> NotFound {
    let names: Vec<String> = look.inside().take(4).map(|name| format!("`{name}`")).collect();
    let more = look.inside().count().saturating_sub(names.len());
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    NotFound::Nothing { folder: look.folder.name.clone(), seen: format!("{}{rest}", names.join(", ")) }
}

/// A name that images and hosts can have: letters, digits and `-`.
fn name_of(name: &str) -> String {
    let plain =
        name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' });
    let plain: String = plain.collect();
    let parts: Vec<&str> = plain.split('-').filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { "app".into() } else { parts.join("-") }
}
