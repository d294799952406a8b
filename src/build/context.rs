//! Which files of the project are sent to be built.

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::project::Folder;

/// A file that is sent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sent {
    /// Its path in what is sent.
    pub inside: String,
    /// Its path from the project's folder.
    pub from: String,
}

/// Folders that no build needs, wherever they stand.
const NEVER: &[&str] =
    &[".git", ".venv", "venv", "node_modules", "__pycache__", ".tox", ".mypy_cache", ".pytest_cache"];
/// Files whose content is secret, or emu's own: the app is given them when it runs, not when it is built.
const SECRET: &[&str] = &[".streamlit/secrets.toml", ".env", ".env.local", ".env.production", "emu.toml"];

/// The files below `root` that a build gets, as the project's ignore files leave them.
pub(super) fn sources(folder: &Folder, root: &str) -> Vec<Sent> {
    let inside = |path: &String| {
        let inside = path.strip_prefix(&prefix(root))?.to_owned();
        let kept = !inside.split('/').any(|part| NEVER.contains(&part)) && !SECRET.contains(&inside.as_str());
        kept.then(|| Sent { inside, from: path.clone() })
    };
    folder.files.keys().filter_map(inside).collect()
}

/// The same for a Dockerfile of the project's own: `.dockerignore` has a word in it as well.
pub(super) fn for_dockerfile(folder: &Folder, root: &str) -> Vec<Sent> {
    let rules = folder.text(&below(root, ".dockerignore")).map(rules);
    let left_out =
        |path: &str| rules.as_ref().is_some_and(|rules| rules.matched_path_or_any_parents(path, false).is_ignore());
    sources(folder, root).into_iter().filter(|sent| !left_out(&sent.inside)).collect()
}

/// A path is seen from the root of what is sent, unless it begins with `**`.
fn rules(text: &str) -> Gitignore {
    let mut builder = GitignoreBuilder::new("");
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (not, path) = line.strip_prefix('!').map_or(("", line), |path| ("!", path));
        let path = path.trim_start_matches("./").trim_start_matches('/');
        let root = if path.starts_with("**") { "" } else { "/" };
        // A pattern that cannot be read leaves out nothing.
        let _ = builder.add_line(None, &format!("{not}{root}{path}"));
    }
    builder.build().unwrap_or_else(|_| Gitignore::empty())
}

/// `./web/` as `web`, and `.` as nothing.
pub(super) fn plain(folder: &str) -> String {
    let parts = folder.split('/').filter(|part| !part.is_empty() && *part != ".");
    parts.collect::<Vec<_>>().join("/")
}

/// A path below a folder, which may be empty for the project's own.
pub(super) fn below(root: &str, path: &str) -> String {
    format!("{}{path}", prefix(root))
}

fn prefix(root: &str) -> String {
    if root.is_empty() { String::new() } else { format!("{root}/") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(sent: &[Sent]) -> Vec<&str> {
        sent.iter().map(|sent| sent.inside.as_str()).collect()
    }

    #[test]
    fn secrets_and_tools_are_never_sent() {
        let folder = Folder::of(
            "shop",
            &[
                (".env", ""),
                (".env.example", ""),
                (".streamlit/config.toml", ""),
                (".streamlit/secrets.toml", ""),
                (".venv/bin/python", ""),
                ("app.py", ""),
                ("web/node_modules/a.js", ""),
            ],
        );
        assert_eq!(paths(&sources(&folder, "")), [".env.example", ".streamlit/config.toml", "app.py"]);
    }

    #[test]
    fn a_root_is_all_there_is() {
        let folder = Folder::of("shop", &[("app.py", ""), ("web/app.py", ""), ("website/x", "")]);
        assert_eq!(sources(&folder, "web"), [Sent { inside: "app.py".into(), from: "web/app.py".into() }]);
        assert_eq!((plain("./web/").as_str(), plain(".").as_str()), ("web", ""));
    }

    #[test]
    fn a_dockerignore_is_read_from_the_root() {
        let ignore = "# tests\ntests\n*.md\n!README.md\n**/*.log\n/docs\n";
        let folder = Folder::of(
            "shop",
            &[
                (".dockerignore", ignore),
                ("README.md", ""),
                ("NOTES.md", ""),
                ("a/NOTES.md", ""),
                ("a/b.log", ""),
                ("a/tests/x", ""),
                ("docs/x", ""),
                ("tests/x", ""),
            ],
        );
        let expected = [".dockerignore", "README.md", "a/NOTES.md", "a/tests/x"];
        assert_eq!(paths(&for_dockerfile(&folder, "")), expected);
    }
}
