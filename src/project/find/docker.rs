use std::collections::BTreeMap;

use super::NotFound;
use super::manifest::Decided;
use super::view::{Look, plain};
use crate::project::{Place, Recipe};

/// What a Dockerfile is called.
const NAMES: &[&str] = &["Dockerfile", "Containerfile", "dockerfile"];

/// An image that is named, or a Dockerfile of the project's own: the one that was named, else the one in the
/// app's folder, unless its platform's file says that sources are built.
pub(super) fn recipe(look: &mut Look<'_>, decided: &Decided) -> Result<Option<Recipe>, NotFound> {
    let asked = look.asked.dockerfile.as_ref();
    if let Some(said) = asked.or(decided.dockerfile.as_ref()) {
        let file = plain(&said.value);
        let file = if look.folder.has(&file) { file } else { look.path(&file) };
        if !look.folder.has(&file) {
            return Err(NotFound::NoSuchFile { by: format!("`{}`", said.place), file: plain(&said.value) });
        }
        look.because(said.place.clone(), format!("an image of its own making: `{file}`"));
        return Ok(Some(of(look, file, decided)));
    }
    if let Some(image) = &decided.image {
        look.because(image.place.clone(), format!("the image `{}`", image.value));
        return Ok(Some(Recipe::Image(image.clone())));
    }
    let Some(file) = look.first(NAMES) else { return Ok(None) };
    if let Some(place) = &decided.sources {
        look.notice(Place::file(file), "a Dockerfile", format!("not built: `{place}` says that the sources are"));
        return Ok(None);
    }
    look.because(Place::file(file.clone()), "an image of its own making");
    Ok(Some(of(look, file, decided)))
}

fn of(look: &Look<'_>, file: String, decided: &Decided) -> Recipe {
    let context = decided.context.clone().unwrap_or_else(|| look.root.clone());
    Recipe::Dockerfile { file: Place::file(file), context, target: None, arguments: BTreeMap::new() }
}
