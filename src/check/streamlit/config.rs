use crate::check::toml_file::{self, Table};
use crate::check::{Subject, start};
use crate::profile::AppKind;
use crate::project::{Framework, Place, Recipe, Said};

/// The file of Streamlit's settings.
pub(super) const FILE: &str = ".streamlit/config.toml";

/// The manual of all of them.
pub(super) const MANUAL: &str = "https://docs.streamlit.io/develop/api-reference/configuration/config.toml";

/// Streamlit's settings, as far as the file can be read; `None` where there is no such file.
pub(super) fn config(subject: &Subject<'_>) -> Option<Table> {
    subject.folder.text(FILE).map(|text| toml_file::read(FILE, text).0)
}

/// A setting of the file that is in force: neither a variable nor an option speaks in its place.
pub(super) fn in_force(subject: &Subject<'_>, key: &str) -> Option<Said<toml::Value>> {
    let said = config(subject)?.remove(key)?;
    (!is_overridden(subject, key)).then_some(said)
}

/// Whether a variable or an option of the start command speaks in place of the file.
pub(super) fn is_overridden(subject: &Subject<'_>, key: &str) -> bool {
    let option = format!("--{key}");
    let by_option = || match start::start(subject) {
        Some(start) => start.option(&[&option]).is_some(),
        // The platform starts it in its own way.
        None => subject.profile.is_some_and(|profile| {
            let template = profile.build.start.get(&AppKind::Streamlit);
            template.is_some_and(|line| line.split_whitespace().any(|word| word == option))
        }),
    };
    start::is_given(subject, &variable(key)) || by_option()
}

/// The variable of a setting: `server.maxUploadSize` is `STREAMLIT_SERVER_MAX_UPLOAD_SIZE`.
pub(super) fn variable(key: &str) -> String {
    let mut name = String::from("STREAMLIT_");
    let mut small = false;
    for letter in key.chars() {
        if letter.is_ascii_uppercase() && small {
            name.push('_');
        }
        small = letter.is_ascii_lowercase();
        name.push(if letter == '.' { '_' } else { letter.to_ascii_uppercase() });
    }
    name
}

/// Whether this is a Streamlit app.
pub(in crate::check) fn uses_streamlit(subject: &Subject<'_>) -> bool {
    let started =
        || start::start(subject).and_then(|start| start.server()).is_some_and(|server| server.name == "streamlit");
    match subject.found.map(|found| &found.recipe) {
        Some(Recipe::Python(python)) => {
            python.framework.as_ref().is_some_and(|said| said.value == Framework::Streamlit)
        }
        _ => subject.folder.has(FILE) || started(),
    }
}

/// The place of a setting that the file does not have.
pub(super) fn missing() -> Place {
    Place::file(FILE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_of_a_setting_is_the_one_streamlit_reads() {
        assert_eq!(variable("server.maxUploadSize"), "STREAMLIT_SERVER_MAX_UPLOAD_SIZE");
        assert_eq!(variable("server.enableXsrfProtection"), "STREAMLIT_SERVER_ENABLE_XSRF_PROTECTION");
        assert_eq!(variable("server.enableCORS"), "STREAMLIT_SERVER_ENABLE_CORS");
        assert_eq!(variable("client.showErrorDetails"), "STREAMLIT_CLIENT_SHOW_ERROR_DETAILS");
    }
}
