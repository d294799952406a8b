use std::os::unix::fs::PermissionsExt;

use proptest::prelude::*;

use super::decode::decode;
use super::*;
use crate::project::Content;

fn place(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    for (path, bytes) in files {
        let file = place.path().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, bytes).unwrap();
    }
    place
}

#[test]
fn what_is_ignored_or_made_by_tools_is_left_out() {
    let place = place(&[
        (".gitignore", b"*.log\n.env\n"),
        (".env", b"KEY=1"),
        ("app.py", b"import flask\n"),
        ("debug.log", b""),
        ("venv2/pyvenv.cfg", b""),
        ("venv2/lib/flask.py", b""),
        ("node_modules/x/index.js", b""),
        ("env/__init__.py", b""),
        (".streamlit/config.toml", b""),
    ]);
    let found = folder(place.path()).unwrap();
    let paths: Vec<&str> = found.files.keys().map(String::as_str).collect();
    assert_eq!(paths, [".gitignore", ".streamlit/config.toml", "app.py", "env/__init__.py"]);
    assert_eq!(found.ignored, [".env"]);
    assert_eq!(found.text("app.py"), Some("import flask\n"));
    assert!(!found.truncated);
}

#[test]
fn a_missing_folder_a_file_and_an_empty_folder_are_told_apart() {
    let place = place(&[("only/.gitignore", b"*\n"), ("only/a.py", b"")]);
    assert!(matches!(folder(&place.path().join("nowhere")), Err(FolderError::Unreadable { .. })));
    assert!(matches!(folder(&place.path().join("only/a.py")), Err(FolderError::NoFolder { .. })));
    std::fs::create_dir(place.path().join("empty")).unwrap();
    let empty = folder(&place.path().join("empty")).unwrap_err();
    assert!(matches!(empty, FolderError::Empty { ignored: false, .. }), "{empty}");
    assert!(empty.to_string().ends_with("holds no files, expected an app"), "{empty}");
    let ignored = folder(&place.path().join("only")).unwrap_err();
    assert!(ignored.to_string().contains("holds no files that its ignore files leave in"), "{ignored}");
}

#[test]
fn large_files_are_known_by_their_size_and_links_by_what_they_lead_to() {
    let place = place(&[("data.csv", &vec![b'a'; 1024 * 1024 + 1]), ("a.txt", b"a")]);
    std::os::unix::fs::symlink("a.txt", place.path().join("b.txt")).unwrap();
    std::os::unix::fs::symlink(".", place.path().join("circle")).unwrap();
    let found = folder(place.path()).unwrap();
    assert_eq!(found.files["data.csv"].content, Content::Unread);
    assert_eq!(found.files["data.csv"].size.bytes(), 1024 * 1024 + 1);
    assert_eq!(found.text("b.txt"), Some("a"));
    assert_eq!(found.files.len(), 3);
}

#[test]
fn what_git_has_is_known() {
    let place = place(&[("app.py", b""), ("new.py", b"")]);
    assert_eq!(folder(place.path()).unwrap().tracked, None);
    let git = |args: &[&str]| {
        let done = std::process::Command::new("git").arg("-C").arg(place.path()).args(args).output().unwrap();
        assert!(done.status.success(), "{done:?}");
    };
    git(&["init", "-q"]);
    git(&["add", "app.py"]);
    assert_eq!(folder(place.path()).unwrap().tracked, Some(vec!["app.py".to_owned()]));
}

#[test]
fn a_file_that_nobody_may_read_is_told_in_its_place() {
    let place = place(&[("app.py", b"a")]);
    let file = place.path().join("app.py");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o000)).unwrap();
    let found = folder(place.path()).unwrap();
    // Root may read everything.
    let root = rustix::process::geteuid().is_root();
    assert_eq!(matches!(found.files["app.py"].content, Content::Unreadable(_)), !root);
}

#[test]
fn encodings_are_told_apart() {
    assert_eq!(decode(b"\xEF\xBB\xBFa=1".to_vec()), Content::Text("a=1".into()));
    assert_eq!(decode(b"\xFF\xFEa\0=\0".to_vec()), Content::Foreign("UTF-16", "a=".into()));
    assert_eq!(decode(b"caf\xE9 = 1".to_vec()), Content::Foreign("Latin-1", "caf\u{e9} = 1".into()));
    assert_eq!(decode(b"\x89PNG\0".to_vec()), Content::Binary);
    assert_eq!(decode(b"\xE9\x01".to_vec()), Content::Binary);
    assert_eq!(decode(b"a\r\nb".to_vec()), Content::Text("a\r\nb".into()));
}

proptest! {
    #[test]
    fn any_bytes_are_something(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let text = String::from_utf8(bytes.clone());
        let content = decode(bytes.clone());
        if let Ok(text) = text && !bytes.contains(&0) && !text.starts_with('\u{feff}') {
            prop_assert_eq!(content, Content::Text(text));
        }
    }
}
