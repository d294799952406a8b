use std::collections::BTreeMap;

use crate::units::Memory;

/// Everything that lies in a project's folder and is not ignored, by path from the folder with `/` between
/// the parts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Folder {
    /// The folder's own name.
    pub name: String,
    /// Its files.
    pub files: BTreeMap<String, File>,
    /// Files that are there and that the ignore files leave out; known by name alone: `.env`, `secrets.toml`.
    pub ignored: Vec<String>,
    /// Files that are committed or staged, where the folder is part of a git work tree.
    pub tracked: Option<Vec<String>>,
    /// The folder holds more than was looked at.
    pub truncated: bool,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its size.
    pub size: Memory,
    /// What stands in it.
    pub content: Content,
}

/// What stands in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Text: UTF-8 without a byte order mark. Line ends are as the file has them.
    Text(String),
    /// Text in another encoding, read as well as could be: the encoding's name, and the text.
    Foreign(&'static str, String),
    /// No text.
    Binary,
    /// Not read: too large to be somebody's source, or of a kind that nobody asks about.
    Unread,
    /// The system refuses to read it; its words.
    Unreadable(String),
}

impl Folder {
    /// A folder of texts, as tests and examples need it.
    pub fn of(name: &str, files: &[(&str, &str)]) -> Self {
        let file =
            |text: &str| File { size: Memory::from_bytes(text.len() as u64), content: Content::Text(text.to_owned()) };
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), file(text))).collect();
        Self { name: name.to_owned(), files, ..Self::default() }
    }

    /// Whether there is such a file.
    pub fn has(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// The text of a file; `None` when there is no such file, or no text in it.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path)?.content.text()
    }

    /// All texts whose name ends like this: `.py`.
    pub fn texts<'f>(&'f self, ending: &'f str) -> impl Iterator<Item = (&'f str, &'f str)> {
        let ends = move |(path, file): (&'f String, &'f File)| {
            path.ends_with(ending).then(|| Some((path.as_str(), file.content.text()?)))?
        };
        self.files.iter().filter_map(ends)
    }
}

impl Content {
    /// The text, where it is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Foreign(_, text) => Some(text),
            Self::Binary | Self::Unread | Self::Unreadable(_) => None,
        }
    }
}
