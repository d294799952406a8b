//! Secrets of an app: it gets them, and nobody else does.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use emu::engine::Engine as _;
use tokio::process::Command;

use crate::driver::{Emu, emu};
use crate::live::{Live, Past};
use crate::support::native;

/// The app inside emu.
const PROGRAM: &str = env!("CARGO_BIN_EXE_emu");

const KEY: &str = "sk-live-51HxQ/0aZ+9 w";
const PASSWORD: &str = "correct-horse-7";
const URL: &str = "postgres://shop:s3cr%40tpass@db.example.com:5432/shop";

/// What may stand nowhere: the values, and what shows them.
fn forbidden() -> Vec<String> {
    let encoded = "sk-live-51HxQ%2F0aZ%2B9%20w".to_owned();
    let basic = STANDARD.encode(format!("me:{PASSWORD}"));
    // Without the letters that its neighbours have a part in.
    let basic = basic[4..basic.len() - 4].to_owned();
    vec![KEY.into(), PASSWORD.into(), URL.into(), "s3cr%40tpass".into(), "s3cr@tpass".into(), encoded, basic]
}

/// An app that prints everything it was given, on both streams, and then serves.
fn chatty() -> Emu {
    let script = format!(
        "env; echo \"the key is $API_KEY\"; echo \"login with $DB_PASSWORD failed\" >&2; echo \"$DATABASE_URL\"; \
         printf 'Authorization: Basic '; printf 'me:%s' \"$DB_PASSWORD\" | base64; exec {PROGRAM} __mimic"
    );
    let file = format!("DB_PASSWORD={PASSWORD}\nDATABASE_URL={URL}\n");
    let words = ["run", "--profile", "render-standard", "--json", "--verbose", "--name", PASSWORD];
    let key = format!("API_KEY={KEY}");
    let given = ["--env", &key, "--env-file", "app.env", "--", "sh", "-c", &script, PASSWORD];
    emu(words.into_iter().chain(given)).file("app.env", &file)
}

/// Asks for paths that hold secrets, as a visitor of a careless app does.
async fn visit(live: &mut Live) {
    let address = live.address().await;
    live.line(&["-> serving"]).await;
    for path in ["sk-live-51HxQ%2F0aZ%2B9%20w", &format!("reset/{PASSWORD}/now?again={PASSWORD}")] {
        let asked = Command::new("curl").args(["-s", "-o", "/dev/null", &format!("{address}/{path}")]).status().await;
        assert!(asked.expect("curl is here").success());
    }
    live.line(&["/reset/[redacted DB_PASSWORD]/now"]).await;
}

/// Every file below a folder, byte for byte.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if let Ok(bytes) = std::fs::read(&path) {
            found.push((path, bytes));
        }
    }
    found
}

fn holds_none(what: &str, bytes: &[u8]) {
    for value in forbidden() {
        let at = bytes.windows(value.len()).position(|part| part == value.as_bytes());
        assert!(at.is_none(), "`{value}` stands in {what}:\n{}", String::from_utf8_lossy(bytes));
    }
}

async fn emu_says(home: &str, args: &[&str]) -> Vec<u8> {
    let output = Command::new(PROGRAM).args(args).env("EMU_HOME", home).output().await.expect("the binary runs");
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    [output.stdout, output.stderr].concat()
}

fn told(past: &Past) -> String {
    past.lines.join("\n")
}

#[tokio::test]
async fn no_secret_is_in_the_record_an_export_json_or_what_is_printed() {
    if native().await.is_none() {
        return;
    }
    let mut live = Live::of(chatty());
    visit(&mut live).await;
    let home = live.home();
    let past = live.interrupt().await;
    let printed = told(&past);
    // The app had them, and said so.
    for name in ["the key is [redacted API_KEY]", "login with [redacted DB_PASSWORD] failed", "[redacted DATABASE_URL]"]
    {
        assert!(printed.contains(name), "no `{name}` in\n{printed}");
    }
    assert!(printed.contains("Basic ") && past.json()["run"]["name"] == "[redacted DB_PASSWORD]", "{}", past.data);
    holds_none("standard error", printed.as_bytes());
    holds_none("standard output", past.data.as_bytes());
    let kept = files(Path::new(&home));
    assert!(kept.iter().any(|(path, bytes)| path.ends_with("runs.sqlite3") && bytes.len() > 4_096), "{:?}", kept.len());
    for (path, bytes) in kept {
        holds_none(&path.display().to_string(), &bytes);
    }
    for args in [&["runs", "export", "last"][..], &["runs", "show", "last", "--json"], &["runs", "replay", "last"]] {
        let said = emu_says(&home, args).await;
        assert!(!said.is_empty());
        holds_none(&args.join(" "), &said);
    }
}

#[test]
fn an_error_of_emu_repeats_no_secret() {
    let key = format!("API_KEY={KEY}");
    let program = format!("./{KEY}");
    for level in ["", "trace"] {
        let args = ["run", "--profile", "render-standard", "--engine", "native", "--env", &key, "--", &program];
        let given = emu(args).env("EMU_LOG", level).run();
        assert_ne!(given.status, 0);
        holds_none("standard error", given.stderr.as_bytes());
    }
}

/// A file of every kind of value, as Streamlit's users keep it.
const FILE: &str = "API_KEY = \"sk-live-51HxQ/0aZ+9 w\"\nPORTION = 0.5\nCOUNT = 0x10\nDEBUG = true\n\n[db]\npassword = \"correct-horse-7\"\n";

/// A program that shows what it was given, and leaves.
fn shows(args: &[&'static str]) -> Emu {
    let script = "echo \"<$API_KEY|$PORTION|$COUNT|$DEBUG|$db>\"; cat .streamlit/secrets.toml; exit 3";
    let words = ["run", "--profile", "streamlit-cloud", "--engine", "native", "--no-platform-delay", "--json"];
    emu(words.into_iter().chain(args.iter().copied()).chain(["--", "sh", "-c", script]))
}

#[tokio::test]
async fn a_secrets_file_becomes_variables_by_the_platforms_rule_and_is_there_as_a_file() {
    let Some(engine) = native().await else { return };
    let given = shows(&["--secrets", "mine.toml", "--env", "COUNT=1"]).file("mine.toml", FILE).run();
    let told = &given.stderr;
    // The secrets replace what the environment says; a boolean and a table become nothing.
    assert!(told.contains("<[redacted API_KEY]|0.5|16||>"), "{told}");
    assert!(
        told.contains("in `mine.toml`, these become no variables on this platform: `DEBUG` (boolean), `db` (table)")
    );
    holds_none("standard error", told.as_bytes());
    holds_none("standard output", given.stdout.as_bytes());
    if engine.machine().can.isolation.is_apart() {
        assert!(told.contains("password = \"[redacted db.password]\""), "{told}");
        assert!(given.stdout.contains("secrets in .streamlit/secrets.toml"), "{}", given.stdout);
    }
}

#[tokio::test]
async fn the_file_of_the_projects_folder_is_taken_and_that_of_a_laptop_is_not() {
    if native().await.is_none() {
        return;
    }
    let given = shows(&[]).file(".streamlit/secrets.toml", FILE).file(".env", "COUNT=7\n").run();
    let told = &given.stderr;
    assert!(told.contains("taking the secrets of `.streamlit/secrets.toml`"), "{told}");
    assert!(told.contains("`.env` is not read") && told.contains("`--env-file .env`"), "{told}");
    assert!(told.contains("<[redacted API_KEY]|0.5|16||>"), "{told}");
    let given = shows(&["--env-file", ".env"]).file(".env", "COUNT=7\n").run();
    assert!(given.stderr.contains("<||7||>") && !given.stderr.contains("is not read"), "{}", given.stderr);
}

#[test]
fn a_secrets_file_that_is_wrong_is_told_by_its_line_and_without_its_values() {
    let wrong = "A = 1\nAPI_KEY = sk-live-51HxQ\n";
    let given = shows(&["--secrets", "s.toml"]).file("s.toml", wrong).run().status(3);
    assert!(given.stderr.starts_with("error: s.toml:2: `API_KEY`: no valid TOML: "), "{}", given.stderr);
    assert!(given.stderr.contains("hint: ") && !given.stderr.contains("sk-live"), "{}", given.stderr);
    let given = shows(&["--secrets", "nowhere.toml"]).run().status(3);
    assert!(given.stderr.contains("secrets `nowhere.toml` cannot be read"), "{}", given.stderr);
    let given = shows(&["--secrets", "folder"]).file("folder/key.pem", "x").run().status(3);
    assert!(given.stderr.contains("puts no secret files into an instance"), "{}", given.stderr);
}
