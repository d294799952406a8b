//! The shapes of answers.

use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, LOCATION};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use serde::Serialize;
use serde_json::json;

use super::body::{Body, whole};
use super::wish::Refusal;

/// One answer.
pub(super) type Answer = Response<Body>;

/// An answer of some type. Never kept by a cache, since it tells of this moment.
pub(super) fn typed(status: StatusCode, content_type: &'static str, body: Body) -> Answer {
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

/// Plain text.
pub(super) fn text(status: StatusCode, words: impl Into<String>) -> Answer {
    typed(status, "text/plain; charset=utf-8", whole(words.into()))
}

/// A JSON document.
pub(super) fn json(status: StatusCode, value: &impl Serialize) -> Answer {
    match serde_json::to_vec(value) {
        Ok(bytes) => typed(status, "application/json", whole(bytes)),
        Err(error) => text(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
    }
}

/// What a deed answers: its JSON to a program, the front page again to a form without script.
pub(super) fn deed(done: Result<serde_json::Value, Refusal>, asked: &HeaderMap) -> Answer {
    match done {
        Ok(_) if prefers_html(asked) => back_to_front(),
        Ok(value) => json(StatusCode::OK, &value),
        Err(refusal) => refused(&refusal),
    }
}

/// Says why a wish was not granted.
pub(super) fn refused(refusal: &Refusal) -> Answer {
    let status = match refusal {
        Refusal::Unreadable { .. } => StatusCode::BAD_REQUEST,
        Refusal::System(_) => StatusCode::INSUFFICIENT_STORAGE,
    };
    json(status, &json!({ "error": refusal.to_string() }))
}

/// Whether whoever asked is a browser that shows a page.
pub(super) fn prefers_html(asked: &HeaderMap) -> bool {
    asked.get(ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|accept| accept.contains("text/html"))
}

fn back_to_front() -> Answer {
    let mut answer = text(StatusCode::SEE_OTHER, "done; back to the front page");
    answer.headers_mut().insert(LOCATION, HeaderValue::from_static("/"));
    answer
}
