use crate::driver::emu;

#[test]
fn what_is_no_folder_is_refused_with_a_next_step() {
    for (args, message) in [
        (&["check", "gone"][..], "folder `gone` cannot be read"),
        (&["check", "file.txt"], "`file.txt` is a file, expected the folder of a project"),
        (&["check", "empty"], "folder `empty` holds no files, expected an app"),
        (&["check", ".", "--only", "docker-rot"], "there is no check `docker-rot`"),
        (&["check", ".", "--format", "xml"], "invalid value 'xml'"),
        (&["check", ".", "--profile", "no-such-plan"], "no-such-plan"),
    ] {
        let call = emu(args.iter().copied()).file("file.txt", "x");
        std::fs::create_dir(call.folder().join("empty")).expect("a folder can be made");
        let given = call.run();
        assert!(matches!(given.status, 2 | 3), "{args:?}: {}", given.status);
        assert!(given.stderr.contains(message), "{args:?}: {}", given.stderr);
        assert_eq!(given.stdout, "", "{args:?}");
    }
}

#[test]
fn a_mistake_of_syntax_in_any_file_is_a_finding_with_its_line() {
    for (file, text, place) in [
        ("app.py", "import os\nprint((1)\n", "    2  error"),
        ("app.py", "a = '''b\n", "    1  error"),
        ("package.json", "{\n", "error"),
        ("render.yaml", "a: 1\n  b: 2\n", "    2  error"),
        ("pyproject.toml", "[project\n", "    1  error"),
        (".streamlit/config.toml", "[server]\nheadless = yes\n", "    2  error"),
        (".env", "A=1\nB hunter2\n", "    2  error"),
        (".streamlit/secrets.toml", "a = 1\nb = hunter2\n", "    2  error"),
    ] {
        let given = emu(["check"]).file(file, text).run();
        assert_eq!(given.status, 1, "{file}: {}{}", given.stdout, given.stderr);
        assert!(given.stdout.contains(file) && given.stdout.contains(place), "{file}: {}", given.stdout);
        assert!(!given.stdout.contains("hunter2"), "{}", given.stdout);
    }
}

#[test]
fn windows_line_ends_odd_encodings_and_binary_files_are_read_as_they_are() {
    let call = emu(["check"]).file("app.py", "import os\r\nprint(os.name)\r\n").file("data.bin", "\0\u{1}");
    let folder = call.folder().to_owned();
    std::fs::write(folder.join("old.py"), b"# caf\xe9\nprint(1)\n").expect("a file can be written");
    std::fs::write(folder.join("mark.py"), b"\xef\xbb\xbfprint(1)\n").expect("a file can be written");
    let given = call.run().status(0);
    assert!(given.stdout.starts_with("nothing found"), "{}", given.stdout);
}

#[test]
fn the_projects_own_file_says_which_of_several_files_is_the_app() {
    let flask = "import flask\napp = flask.Flask('a')\n";
    let check = |own: &str| {
        let call = emu(["check", "shop", "--profile", "render-free"]).file("shop/one.py", flask);
        call.file("shop/two.py", flask).file("shop/requirements.txt", "flask==3.1.2\n").file("shop/emu.toml", own).run()
    };
    let open = check("rounds = 1\n");
    assert!(open.stderr.contains("it cannot be told what the app is"), "{}", open.stderr);
    let chosen = check("entry = \"two.py\"\n");
    assert!(!chosen.stderr.contains("it cannot be told"), "{}", chosen.stderr);
}
