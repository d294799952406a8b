use std::cell::OnceCell;

use super::python::Source;
use crate::profile::Profile;
use crate::project::{Folder, Found};

/// What is looked at.
#[derive(Debug)]
pub struct Subject<'a> {
    /// The project's files.
    pub folder: &'a Folder,
    /// What it turned out to be; `None` where that cannot be told.
    pub found: Option<&'a Found>,
    /// The plan that it is meant for.
    pub profile: Option<&'a Profile>,
    /// Files of secrets, which the ignore files rightly leave out of the folder.
    pub secrets: &'a [SecretsFile],
    /// Its sources of Python, read once for all checks.
    python: OnceCell<Vec<Source>>,
}

/// A file of secrets that is read although the ignore files leave it out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretsFile {
    /// Its path from the project's folder.
    pub path: String,
    /// What stands in it. Never shown.
    pub text: String,
}

impl<'a> Subject<'a> {
    /// A folder of which nothing else is known.
    pub fn of(folder: &'a Folder) -> Self {
        Self { folder, found: None, profile: None, secrets: &[], python: OnceCell::new() }
    }

    /// Every source of Python.
    pub(super) fn python(&self) -> &[Source] {
        let read = || self.folder.texts(".py").map(|(path, text)| Source::read(path, text)).collect();
        self.python.get_or_init(read)
    }

    /// The value that the plan's platform gives a variable.
    pub(super) fn given(&self, variable: &str) -> Option<&'a str> {
        self.profile?.environment.get(variable).map(String::as_str)
    }

    /// Files of secrets, ignored or not, with their texts.
    pub(super) fn secrets_files(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let open = self.folder.files.iter().filter(|(path, _)| super::secrets::is_secrets_file(path));
        let open = open.filter_map(|(path, file)| Some((path.as_str(), file.content.text()?)));
        open.chain(self.secrets.iter().map(|file| (file.path.as_str(), file.text.as_str())))
    }
}
