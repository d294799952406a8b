//! All profile files, shipped and the user's own, and how one profile is put together from them.

use std::borrow::Cow;
use std::sync::OnceLock;

use super::chain;
use super::key;
use super::kind::Value;
use super::problem::{Pass, Problem, ProfileError};
use super::sheet::{self, Faults, Sheet};
use super::{Layer, Profile, Range};

/// `(path below profiles/, text)` of every file inside the binary. The list stands with the data.
const SHIPPED: &[(&str, &str)] = include!("../../profiles/shipped.rs");

/// Profile files by name. Pure: whoever makes one has read the files.
#[derive(Debug, Clone)]
pub struct Library {
    files: Vec<File>,
}

#[derive(Debug, Clone)]
struct File {
    path: Cow<'static, str>,
    text: Cow<'static, str>,
    /// Whether it came from the user.
    extra: bool,
    read: OnceLock<Result<Sheet, Faults>>,
}

/// How deep a chain of `inherits` may be.
const DEPTH_MAX: usize = 8;

impl Library {
    /// The files inside the binary.
    pub fn shipped() -> Self {
        let files = SHIPPED.iter().map(|(path, text)| {
            let path = Cow::Owned(format!("profiles/{path}"));
            File { path, text: Cow::Borrowed(*text), extra: false, read: OnceLock::new() }
        });
        Self { files: files.collect() }
    }

    /// Adds a file of the user's. It goes before a shipped one of the same name.
    #[must_use]
    pub fn with(mut self, path: impl Into<String>, text: impl Into<String>) -> Self {
        let (path, text) = (Cow::Owned(path.into()), Cow::Owned(text.into()));
        self.files.insert(0, File { path, text, extra: true, read: OnceLock::new() });
        self
    }

    /// Every plan's id, sorted.
    pub fn ids(&self) -> Vec<String> {
        let plans = self.files.iter().filter(|file| !file.name().starts_with('_'));
        let mut ids: Vec<String> = plans.map(|file| file.name().to_owned()).collect();
        ids.sort();
        ids.dedup();
        ids
    }

    /// One profile of each platform, by which its files are known. A file that does not load is none.
    pub fn platforms(&self) -> Vec<Profile> {
        let mut folders: Vec<&str> = Vec::new();
        let mut found: Vec<Profile> = Vec::new();
        for file in self.files.iter().filter(|file| !file.name().starts_with('_')) {
            if folders.contains(&file.folder()) {
                continue;
            }
            let Ok(profile) = self.load(&file.path) else { continue };
            folders.push(file.folder());
            if !found.iter().any(|known| known.plan.platform == profile.plan.platform) {
                found.push(profile);
            }
        }
        found
    }

    /// The plans that say how low and how high `id` may be, where its platform publishes a range: those that
    /// inherit from it and are a floor or a ceiling, the floor first. A file that does not load is none.
    pub fn variants(&self, id: &str) -> Vec<String> {
        let mut found: Vec<(Range, String)> = Vec::new();
        for heir in self.ids() {
            let range = self.heir_of(&heir, id).map(|profile| profile.plan.range);
            found.extend(
                range.filter(|range| matches!(range, Range::Floor | Range::Ceiling)).map(|range| (range, heir)),
            );
        }
        found.sort_by_key(|(range, _)| *range == Range::Ceiling);
        found.into_iter().map(|(_, heir)| heir).collect()
    }

    /// The plan `heir`, where it inherits from the plan `id`.
    fn heir_of(&self, heir: &str, id: &str) -> Option<Profile> {
        let chain = self.chain(self.plan(heir, &[])?).ok()?;
        let (_, above) = chain.split_last()?;
        above.iter().any(|file| file.name() == id && heir != id).then(|| Self::read(heir, &chain).ok())?
    }

    /// The profile called `name`: an id, or the path of a file that [`Self::with`] was given.
    pub fn load(&self, name: &str) -> Result<Profile, ProfileError> {
        let by_path = self.files.iter().find(|file| file.path == name);
        let file = by_path.or_else(|| self.plan(name, &[])).ok_or_else(|| self.unknown(name))?;
        let chain = self.chain(file)?;
        Self::read(file.name(), &chain)
    }

    /// Checks one of the files that [`Self::with`] was given. A plan is loaded; a platform's file and a base
    /// are no profile yet, so only their syntax and shape are checked.
    pub fn check(&self, path: &str) -> Result<(), ProfileError> {
        let Some(file) = self.files.iter().find(|file| file.path == path) else { return Err(self.unknown(path)) };
        if !file.name().starts_with('_') {
            return self.load(path).map(drop);
        }
        let id = file.name().to_owned();
        let invalid =
            |faults: &Faults| ProfileError::Invalid { id, pass: faults.pass, problems: faults.problems.clone() };
        file.sheet().as_ref().map(drop).map_err(invalid)
    }

    /// What the shipped base says about a setting. `None` where every plan has to say it.
    pub fn base_value(&self, key: &str) -> Option<Value> {
        let base = self.files.iter().find(|file| !file.extra && file.name() == "_base")?;
        let values = &base.sheet().as_ref().ok()?.values;
        values.iter().find(|(name, _)| name == key).map(|(_, held)| held.value.clone())
    }

    /// Reads the files of a chain, the most general first: syntax of all, then shape of all, then meaning.
    fn read(id: &str, chain: &[&File]) -> Result<Profile, ProfileError> {
        let read: Vec<_> = chain.iter().map(|file| (file.path.as_ref(), file.sheet())).collect();
        for pass in [Pass::Syntax, Pass::Shape] {
            let faults = read.iter().filter_map(|(_, sheet)| sheet.as_ref().err()).filter(|faults| faults.pass == pass);
            let problems: Vec<Problem> = faults.flat_map(|faults| faults.problems.clone()).collect();
            if !problems.is_empty() {
                return Err(ProfileError::Invalid { id: id.to_owned(), pass, problems });
            }
        }
        let sheets: Vec<_> = read.iter().filter_map(|(path, sheet)| Some((*path, sheet.as_ref().ok()?))).collect();
        let file = chain.last().map_or(id, |file| file.path.as_ref());
        chain::profile(id, file, &sheets)
    }

    /// A file and all it inherits from, the most general first.
    fn chain<'l>(&'l self, file: &'l File) -> Result<Vec<&'l File>, ProfileError> {
        let mut chain = vec![file];
        while let Some(parent) = self.parent(&chain)? {
            chain.push(parent);
        }
        chain.reverse();
        Ok(chain)
    }

    /// What the last file of `chain` inherits from: what it names; else its folder's platform; else the base.
    fn parent<'l>(&'l self, chain: &[&'l File]) -> Result<Option<&'l File>, ProfileError> {
        let Some(child) = chain.last() else { return Ok(None) };
        let base = self.files.iter().find(|file| !file.extra && file.name() == "_base");
        if child.name() == "_base" {
            return Ok(None);
        }
        if let Ok(Sheet { inherits: Some((name, line)), .. }) = child.sheet() {
            let found = self.plan(name, chain).or_else(|| self.platform(name, chain));
            let found = found.filter(|_| chain.len() < DEPTH_MAX);
            return found.map(Some).ok_or_else(|| self.no_parent(chain, name, *line));
        }
        let beside = self.files.iter().find(|file| file.name() == "_platform" && file.folder() == child.folder());
        Ok(if child.name() == "_platform" { base } else { beside.or(base) })
    }

    /// The plan with this id, unless it is in the chain already: a user's file may inherit from the
    /// shipped one that it stands before.
    fn plan<'l>(&'l self, id: &str, chain: &[&'l File]) -> Option<&'l File> {
        let plans = self.files.iter().filter(|file| !file.name().starts_with('_') && file.name() == id);
        plans.into_iter().find(|file| !within(chain, file))
    }

    /// The platform's file in the folder with this name.
    fn platform<'l>(&'l self, name: &str, chain: &[&'l File]) -> Option<&'l File> {
        let platforms = self.files.iter().filter(|file| file.name() == "_platform");
        platforms.into_iter().find(|file| file.folder().rsplit('/').next() == Some(name) && !within(chain, file))
    }

    fn unknown(&self, name: &str) -> ProfileError {
        let ids = self.ids();
        let mut scored: Vec<(f64, &String)> = ids.iter().map(|id| (strsim::jaro_winkler(name, id), id)).collect();
        scored.sort_by(|(one, _), (other, _)| other.total_cmp(one));
        let near = scored.into_iter().filter(|(score, _)| *score > 0.7).take(3).map(|(_, id)| id.clone()).collect();
        ProfileError::Unknown { id: name.to_owned(), near }
    }

    fn no_parent(&self, chain: &[&File], name: &str, line: u32) -> ProfileError {
        let ids = self.ids();
        let platforms = self.files.iter().filter(|file| file.name() == "_platform");
        let folders = platforms.filter_map(|file| file.folder().rsplit('/').next());
        let meant = key::nearest(name, ids.iter().map(String::as_str).chain(folders));
        let child = chain.last().map_or("", |file| file.path.as_ref());
        let problem = Problem {
            file: child.to_owned(),
            line: Some(line),
            key: "inherits".into(),
            found: format!("`{name}`"),
            expected: "the id of another plan or the name of a platform's folder".into(),
            hint: meant.filter(|meant| *meant != name).map(|meant| format!("did you mean `{meant}`?")),
        };
        let id = chain.first().map_or("", |file| file.name());
        ProfileError::Invalid { id: id.to_owned(), pass: Pass::Meaning, problems: vec![problem] }
    }
}

fn within(chain: &[&File], file: &File) -> bool {
    chain.iter().any(|one| std::ptr::eq(*one, file))
}

impl File {
    /// The file's name without its ending: a plan's id.
    fn name(&self) -> &str {
        let name = self.path.rsplit(['/', '\\']).next().unwrap_or(&self.path);
        name.strip_suffix(".toml").unwrap_or(name)
    }

    /// The path before the last separator; empty where there is none.
    fn folder(&self) -> &str {
        self.path.rsplit_once(['/', '\\']).map_or("", |(folder, _)| folder)
    }

    fn layer(&self) -> Layer {
        match self.name() {
            "_base" => Layer::Base,
            "_platform" => Layer::Platform,
            _ => Layer::Plan,
        }
    }

    fn sheet(&self) -> &Result<Sheet, Faults> {
        self.read.get_or_init(|| sheet::read(&self.path, &self.text, self.layer()))
    }
}
