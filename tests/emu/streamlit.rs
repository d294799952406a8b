//! A real app on a small plan: Streamlit, opened by a real browser, through a whole life, on each engine.

use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper::client::conn::http1::handshake;
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::process::Command;

use crate::browser::page;
use crate::driver::{Emu, emu};
use crate::live::{Live, Past};
use crate::support::{docker, native, skip};

/// The page is connected, the script has run to its end, and its widgets are those that will stay.
const SETTLED: &str =
    "!!document.querySelector('[data-test-connection-state=CONNECTED][data-test-script-state=notRunning]')";

/// The image of the app, built once per machine, or the reason why there is none.
async fn image() -> Option<String> {
    if docker().await.is_none() {
        skip("streamlit", "no Docker daemon answers");
        return None;
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scripts/streamlit-image");
    let built = Command::new(script).output().await.expect("the script can be run");
    if !built.status.success() {
        skip("streamlit", &format!("the image could not be built: {}", String::from_utf8_lossy(&built.stderr)));
        return None;
    }
    Some(String::from_utf8_lossy(&built.stdout).trim().to_owned())
}

/// Asks as a program does, and returns status and body.
async fn ask(door: String, path: &'static str) -> (StatusCode, String) {
    let host = door.trim_start_matches("http://").to_owned();
    let socket = TcpStream::connect(&host).await.expect("the front door is open");
    let (mut sender, connection) = handshake(TokioIo::new(socket)).await.expect("the front door speaks HTTP");
    tokio::spawn(connection);
    let request = Request::get(path).header("host", host).header("accept", "application/json");
    let request = request.body(Empty::<Bytes>::new()).expect("the request is well formed");
    let answer = sender.send_request(request).await.expect("everybody gets an answer");
    let status = answer.status();
    let body = answer.into_body().collect().await.expect("the answer is whole").to_bytes();
    (status, String::from_utf8_lossy(&body).into_owned())
}

/// The virtual environment with what the app requires, made once per machine, or the reason why there is none.
async fn packages() -> Option<String> {
    native().await?;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scripts/streamlit-venv");
    let made = Command::new(script).output().await.expect("the script can be run");
    if !made.status.success() {
        let reason = String::from_utf8_lossy(&made.stderr).into_owned();
        skip("streamlit", &format!("the virtual environment could not be made: {reason}"));
        return None;
    }
    Some(String::from_utf8_lossy(&made.stdout).trim().to_owned())
}

#[tokio::test]
async fn a_streamlit_app_lives_sleeps_wakes_dies_and_comes_back_on_a_free_plan() {
    let Some(image) = image().await else { return };
    whole_life(emu([&["run", image.as_str()], PLAN].concat()), "streamlit").await;
}

#[tokio::test]
async fn the_same_without_containers_in_a_virtual_environment() {
    let Some(packages) = packages().await else { return };
    let streamlit = format!("{packages}/bin/streamlit");
    let start = "exec \"$0\" run app.py --server.port \"$PORT\" --server.address 0.0.0.0 --server.headless true";
    let command = ["--", "sh", "-c", start, &streamlit];
    let call = emu([&["run", "--engine", "native"], PLAN, &command].concat());
    let call = call.file("app.py", include_str!("../apps/streamlit-tables/app.py"));
    whole_life(call, "streamlit-native").await;
}

/// Sleep after a minute: a first script run at a tenth of a CPU says nothing for half of one, and must
/// not be mistaken for nobody being there.
const PLAN: &[&str] = &["--profile", "render-free", "--warp", "15"];

/// One life after the other: two browsers and two first script runs at once are more than two cores hold.
static ONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

async fn whole_life(call: Emu, pictures: &str) {
    let _alone = ONE.lock().await;
    let Some(mut page) = page(1100, 900).await else { return };
    let mut run = Live::of(call);
    let door = run.address().await;

    // It boots on a tenth of a core, and works through the front door, websocket included.
    run.line(&["state", "starting -> serving"]).await;
    page.open(&door).await;
    page.wait_for_text("No table loaded").await;
    page.wait_for(SETTLED).await;
    page.press("Load table").await;
    page.wait_for_text("Holding 20 MB").await;
    page.wait_for(SETTLED).await;
    page.press("Search").await;
    page.wait_for_text("rows found").await;
    page.screenshot(&format!("{pictures}-serving")).await;

    // The visitor leaves, and it falls asleep.
    page.open("about:blank").await;
    run.line(&["state", "serving -> ", "nobody came"]).await;
    run.line(&["state", "-> asleep"]).await;

    // A browser gets the waiting page and then the app; a program is held and then served.
    page.open(&door).await;
    page.wait_for_text("Application loading").await;
    page.screenshot(&format!("{pictures}-waking")).await;
    let held = tokio::spawn(ask(door.clone(), "/_stcore/health"));
    run.line(&["state", "asleep -> starting", "woken"]).await;
    assert_eq!(held.await.expect("the program is not given up"), (StatusCode::OK, "ok".to_owned()));
    page.wait_for_text("No table loaded").await;
    let statuses = page.statuses();
    assert!(statuses.ends_with(&[503, 200]), "first the waiting page, then the app: {statuses:?}");

    // A table too large for the plan kills it; visitors see it; it comes back by itself.
    page.wait_for(SETTLED).await;
    page.enter("500").await;
    page.press("Load table").await;
    run.line(&["kill", "ran out of memory and was killed"]).await;
    run.line(&["state", "serving -> backoff", "out of memory"]).await;
    assert_eq!(ask(door.clone(), "/_stcore/health").await.0, StatusCode::BAD_GATEWAY);
    page.open(&door).await;
    page.wait_for_text("Bad Gateway").await;
    page.screenshot(&format!("{pictures}-killed")).await;
    run.line(&["state", "starting -> serving"]).await;
    assert_eq!(ask(door, "/_stcore/health").await, (StatusCode::OK, "ok".to_owned()));

    tells_the_story(&run.interrupt().await);
}

fn tells_the_story(past: &Past) {
    past.tells_in_order(&[
        &["starting -> serving", "ready"],
        &["nobody came"],
        &["asleep -> starting", "woken"],
        &["ran out of memory and was killed"],
        &["Ran out of memory (used over 512"],
        &["interrupted"],
    ]);
    for words in ["Wakes (1 after 1 sleep)", "Kills (1)", "out of memory 1 time", "the platform: unreachable"] {
        assert!(past.data.contains(words), "the table does not tell `{words}`:\n{}", past.data);
    }
}
