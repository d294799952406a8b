//! What a person sees: the pages in a real browser.

use crate::chromium::{self, Page};
use crate::mimic::mimic;
use crate::support::skip;

/// A page, or the reason why there is none.
pub async fn page(width: u32, height: u32) -> Option<Page> {
    if chromium::installed().is_none() {
        skip("browser", "no Chromium is installed (`tests/scripts/test-setup` installs one)");
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
    assert_eq!(page.evaluate("document.querySelector('[data-word=held]').textContent").await, "20 MiB");
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
