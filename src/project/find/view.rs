use super::Asked;
use crate::project::{Because, Folder, Notice, Place, Said, Taken};

/// The part of a folder that the app stands in, and what has been decided so far.
#[derive(Debug)]
pub(super) struct Look<'f> {
    pub(super) folder: &'f Folder,
    /// What is known beforehand.
    pub(super) asked: &'f Asked,
    /// The app's folder, seen from the project's; empty for all of it.
    pub(super) root: String,
    pub(super) taken: Taken,
    pub(super) because: Vec<Because>,
    pub(super) notices: Vec<Notice>,
}

impl<'f> Look<'f> {
    pub(super) fn at(folder: &'f Folder, asked: &'f Asked) -> Self {
        let (because, notices) = (Vec::new(), Vec::new());
        Self { folder, asked, root: String::new(), taken: Taken::default(), because, notices }
    }

    /// A path from the app's folder as one from the project's.
    pub(super) fn path(&self, inside: &str) -> String {
        if self.root.is_empty() { inside.to_owned() } else { format!("{}/{inside}", self.root) }
    }

    pub(super) fn has(&self, inside: &str) -> bool {
        self.folder.has(&self.path(inside))
    }

    pub(super) fn text(&self, inside: &str) -> Option<&'f str> {
        self.folder.text(&self.path(inside))
    }

    /// The first of these files that is there, as a path from the project's folder.
    pub(super) fn first(&self, names: &[&str]) -> Option<String> {
        names.iter().map(|name| self.path(name)).find(|path| self.folder.has(path))
    }

    /// The first line of a file with something on it, and its number.
    pub(super) fn only_line(&self, inside: &str) -> Option<Said<String>> {
        let lines = (1..).zip(self.text(inside)?.lines().map(str::trim));
        let mut said = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        let (number, line) = said.next()?;
        Some(Said::at(Place::line(self.path(inside), number), line.to_owned()))
    }

    /// Files below the app's folder, as paths from it.
    pub(super) fn inside(&self) -> impl Iterator<Item = &'f str> {
        let prefix = if self.root.is_empty() { String::new() } else { format!("{}/", self.root) };
        self.folder.files.keys().filter_map(move |path| path.strip_prefix(&prefix))
    }

    pub(super) fn because(&mut self, place: Place, what: impl Into<String>) {
        self.because.push(Because { place, what: what.into() });
    }

    pub(super) fn notice(&mut self, place: Place, found: impl Into<String>, done: impl Into<String>) {
        self.notices.push(Notice { place, found: found.into(), done: done.into() });
    }
}

/// `./web/` as `web`, and `.` as nothing.
pub(super) fn plain(path: &str) -> String {
    let parts = path.split(['/', '\\']).filter(|part| !part.is_empty() && *part != ".");
    parts.collect::<Vec<_>>().join("/")
}

/// The line of a text, from one, that holds a word.
pub(super) fn line_with(text: &str, word: &str) -> Option<u32> {
    (1..).zip(text.lines()).find(|(_, line)| line.contains(word)).map(|(number, _)| number)
}
