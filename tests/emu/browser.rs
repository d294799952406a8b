//! What a person sees: the pages in a real browser.

use crate::chromium::{self, Page};
use crate::live::Live;
use crate::mimic::mimic;
use crate::support::{docker, skip};

/// A page, or the reason why there is none.
pub async fn page(width: u32, height: u32) -> Option<Page> {
    if chromium::installed().is_none() {
        skip("browser", "no Chromium is installed (`tests/scripts/setup` installs one)");
        return None;
    }
    Some(Page::new(width, height).await)
}

#[tokio::test]
async fn the_front_page_of_the_built_in_app_does_what_its_buttons_say() {
    let Some(mut page) = page(1200, 1000).await else { return };
    let mimic = mimic(&[]);
    page.open(&format!("http://{}/", mimic.address())).await;
    page.press("Use 20 MiB more").await;
    page.wait_for_text("Use 20 MiB more: status 200").await;
    page.wait_for("document.querySelector('[data-word=held]').textContent === '20 MiB'").await;
    page.press("Open the line").await;
    page.wait_for_text("Open.").await;
    page.press("Say something").await;
    page.wait_for_text("last “hello 1”").await;
    page.press("Answer with an error 500").await;
    page.wait_for_text("Answer with an error 500: status 500").await;
    page.screenshot("mimic-wide").await;
    page.press("Crash now").await;
    page.wait_for_text("Crash now: no answer").await;
    page.wait_for_text("Broke off.").await;
}

#[tokio::test]
async fn the_front_page_fits_a_phone_and_asks_nobody_else_for_anything() {
    let Some(mut page) = page(400, 900).await else { return };
    let mimic = mimic(&["--hold", "30MiB"]);
    page.open(&format!("http://{}/", mimic.address())).await;
    page.wait_for_text("A live line").await;
    let widths = page.evaluate("[document.documentElement.scrollWidth, innerWidth]").await;
    assert_eq!(widths[0], widths[1], "the page is wider than the screen");
    assert_eq!(page.evaluate("performance.getEntriesByType('resource').length").await, 0);
    assert_eq!(mimic.ask("/see")["requests"], 2, "the page itself, and this question");
    page.screenshot("mimic-phone").await;
}

#[tokio::test]
async fn a_waiting_page_wakes_the_app_and_gives_way_to_it() {
    if docker().await.is_none() {
        return;
    }
    let Some(mut page) = page(1100, 800).await else { return };
    let mut run =
        Live::run(["mimic", "--profile", "render-free", "--warp", "90", "--json", "--", "--boot-delay", "1s"]);
    let door = run.address().await;
    run.line(&["state", "starting -> serving"]).await;
    run.line(&["state", "serving -> ", "nobody came"]).await;
    run.line(&["state", "-> asleep"]).await;

    page.open(&door).await;
    page.wait_for_text("Application loading").await;
    page.screenshot("waiting-page").await;
    run.line(&["state", "asleep -> starting", "woken"]).await;
    page.wait_for_text("A small web app").await;
    assert_eq!(page.statuses(), [503, 200], "the waiting page, then the app");

    // Everything a page does passes through the front door: posts, a websocket, an app's own error.
    page.press("Use 20 MiB more").await;
    page.wait_for_text("Use 20 MiB more: status 200").await;
    page.press("Open the line").await;
    page.press("Say something").await;
    page.wait_for_text("last “hello 1”").await;
    page.screenshot("woken-app").await;

    page.press("Crash now").await;
    page.wait_for_text("Broke off.").await;
    run.line(&["kill", "crashed with status 1"]).await;
    page.wait_for_text("Crash now: status 502").await;
    run.line(&["state", "starting -> serving"]).await;
    let past = run.interrupt().await;
    past.tells_in_order(&[&["woken"], &["crashed with status 1"], &["the pause is over"], &["interrupted"]]);
    let summary = past.json();
    assert_eq!((&summary["sleeps"], &summary["restarts"]), (&1.into(), &1.into()));
    assert!(summary["requests"]["platform"]["waking"].as_u64() >= Some(1), "{}", summary["requests"]);
}
