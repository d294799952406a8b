//! Memory per user: whoever comes for the first time is remembered, at a price.

use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::json;

use super::answer::{Answer, json as answer_json};
use super::app::App;
use super::wish::{Refusal, Wish};
use crate::units::Memory;

/// The cookie by which a user is known again.
const COOKIE_SET: &str = "mimic=known; Path=/; HttpOnly";
/// What a user costs when nobody says.
const USUAL: Memory = Memory::from_mib(20);

/// Uses memory for a user who has no session yet, and gives them one. The others cost nothing more.
pub(super) async fn come(app: &App, asked: &HeaderMap, wish: &Wish<'_>) -> Result<Answer, Refusal> {
    let size = wish.size(USUAL)?;
    if known(asked) {
        return Ok(answer_json(StatusCode::OK, &json!({ "new": false })));
    }
    app.say(&format!("a new session uses {size}"));
    app.held.grow(size).await.map_err(|error| Refusal::System(error.to_string()))?;
    let mut answer = answer_json(StatusCode::OK, &json!({ "new": true, "held_bytes": app.held.size().bytes() }));
    answer.headers_mut().insert(SET_COOKIE, HeaderValue::from_static(COOKIE_SET));
    Ok(answer)
}

fn known(asked: &HeaderMap) -> bool {
    let cookies = asked.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies.flat_map(|line| line.split(';')).any(|cookie| cookie.trim() == "mimic=known")
}
