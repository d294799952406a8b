//! The list that people go through by hand, against an app with accounts.

use crate::driver::{Given, emu};
use crate::support::native;

/// Goes through the list of `tests/fixtures/smoke.toml` with an app that has these variables besides.
fn go(variables: &[&str]) -> Given {
    let app = include_str!("../fixtures/accounts.py");
    let list = include_str!("../fixtures/smoke.toml");
    let run = [
        "run",
        "--profile",
        "render-standard",
        "--engine",
        "native",
        "--load",
        "smoke.toml",
        "--no-platform-delay",
        "--set",
        "shutdown.grace=1s",
    ];
    let args = run.into_iter().chain(variables.iter().flat_map(|variable| ["--env", variable]));
    let args = args.chain(["--", "python3", "app.py"]);
    emu(args).file("app.py", app).file("smoke.toml", list).file("orders.csv", "a;b\n").run()
}

#[tokio::test]
async fn an_app_that_keeps_its_users_apart_passes() {
    if native().await.is_none() {
        return;
    }
    let given = go(&[]).status(0);
    for line in [
        "step 1, visitor: a stranger is asked to log in: 200 after ",
        "step 2, anna: the form on /login: 200 after ",
        "step 5, ben: the page is there at once the second time: 200 after ",
    ] {
        assert!(given.stderr.contains(line), "{line}\n{}", given.stderr);
    }
}

#[tokio::test]
async fn an_app_that_shows_one_user_the_files_of_another_does_not() {
    if native().await.is_none() {
        return;
    }
    let given = go(&["LEAKY=1"]).status(1);
    let fault = "step 4, ben: the form on /login FAILED: `GET /` was answered with status 200";
    assert!(given.stderr.contains(fault), "{}", given.stderr);
    assert!(given.stderr.contains("a body without `orders.csv`"), "{}", given.stderr);
    assert!(given.stderr.contains("1 step did not come out as the scenario expects"), "{}", given.stderr);
}
