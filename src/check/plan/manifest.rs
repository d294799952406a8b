use crate::check::{Check, Finding, Severity, Subject};
use crate::profile::{Manifest, ManifestFormat, key};
use crate::project::document::{Document, Format, Path};

pub(in crate::check) const CHECK: Check = Check {
    id: "manifest-key",
    title: "the platform's file has a key that the platform does not know",
    severity: Severity::Warning,
    looks_at: "the platform's own file in the project, and the keys that the profile of the plan lists for it",
    why: "The platform refuses the file, or leaves the line unread: what it should do is not done.",
    needs_profile: true,
    documentation: "https://www.schemastore.org/",
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Finding> {
    let manifests = subject.profile.map(|profile| &profile.manifests).into_iter().flatten();
    manifests.flat_map(|(file, manifest)| of_file(subject, file, manifest)).collect()
}

fn of_file(subject: &Subject<'_>, file: &str, manifest: &Manifest) -> Vec<Finding> {
    let format = match manifest.format {
        ManifestFormat::Yaml => Format::Yaml,
        ManifestFormat::Toml => Format::Toml,
        ManifestFormat::Json => Format::Json,
        ManifestFormat::Procfile => return Vec::new(),
    };
    let Some(text) = subject.folder.text(file) else { return Vec::new() };
    // A file that cannot be read is told by another check.
    let Ok(document) = Document::read(file, text, format) else { return Vec::new() };
    let places = manifest.keys.iter();
    places.flat_map(|(place, known)| unknown(&document, &Path::read(place), known)).collect()
}

fn unknown(document: &Document, path: &Path, known: &[String]) -> Vec<Finding> {
    let tables = document.root().all(path);
    let fields = tables.iter().flat_map(crate::project::document::Found::fields);
    let odd = fields.filter(|(name, _)| !known.iter().any(|known| known == name));
    odd.map(|(name, found)| {
        let fix = match key::nearest(name, known.iter().map(String::as_str)) {
            Some(near) => format!("Did you mean `{near}`?"),
            None => "Take it out, or look the name up in the platform's documentation.".to_owned(),
        };
        CHECK.finding(document.place(&found), format!("the key `{name}` is not one that may stand here"), fix)
    })
    .collect()
}
