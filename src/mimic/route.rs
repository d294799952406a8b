//! Which address does what. Every deed can be asked for with any method, so that a link, a form and
//! `curl` all work.

use std::convert::Infallible;
use std::sync::Arc;

use http::{HeaderMap, Request, StatusCode};
use http_body::Body as _;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::units::{Elapsed, Memory};

use super::answer::{Answer, deed, json as answer_json, prefers_html, refused, text};
use super::app::App;
use super::health::Mood;
use super::wish::{Refusal, Wish};
use super::{babble, burn, crowd, disk, front, metrics, offspring, session, socket};

/// Answers one request, and writes a line about it.
pub(super) async fn answer(app: Arc<App>, request: Request<Incoming>) -> Result<Answer, Infallible> {
    app.count_request();
    app.silence().await;
    // A request that finds no memory is answered all the same, as by an app that forgets to keep something.
    let _ = app.held.grow(app.leak_per_request).await;
    let line = format!("{} {}", request.method(), request.uri());
    let answer = page(&app, request).await;
    app.say(&format!("{line} {}", answer.status().as_u16()));
    Ok(answer)
}

/// What is no deed: pages, odd answers, and what needs the request itself.
async fn page(app: &Arc<App>, request: Request<Incoming>) -> Answer {
    let path = request.uri().path().to_owned();
    let query = request.uri().query().map(str::to_owned);
    let wish = Wish::new(query.as_deref());
    let made = match path.as_str() {
        "/" => Ok(front_page(app, request.headers()).await),
        "/see" => Ok(answer_json(StatusCode::OK, &front::state(app))),
        "/health" => Ok(health(app).await),
        "/slow" => babble::slow(&wish).await,
        "/chunks" => babble::chunks(&wish),
        "/events" => babble::events(&wish),
        "/answer" => babble::plain(&wish),
        "/metrics" => Ok(metrics::metrics(app)),
        "/headers" => Ok(headers(request.headers())),
        "/upload" => Ok(upload(request).await),
        "/session" => session::come(app, request.headers(), &wish).await,
        "/ws" => socket::open(app, request),
        _ => return done(app, request, &wish).await,
    };
    made.unwrap_or_else(|refusal| refused(&refusal))
}

async fn done(app: &Arc<App>, request: Request<Incoming>, wish: &Wish<'_>) -> Answer {
    match perform(app, request.uri().path(), wish).await {
        Some(result) => deed(result, request.headers()),
        None => text(StatusCode::NOT_FOUND, "there is nothing here; the front page is at /\n"),
    }
}

/// What the app does to itself. `None` for an unknown deed.
async fn perform(app: &Arc<App>, path: &str, wish: &Wish<'_>) -> Option<Result<Value, Refusal>> {
    let result = match path {
        "/memory/hold" => hold(app, wish).await,
        "/memory/spike" => spike(app, wish).await,
        "/memory/child" => offspring::hold(app, wish),
        "/memory/leak" => leak(app, wish),
        "/memory/free" => Ok(free(app)),
        "/disk/write" => disk::write(app, wish).await,
        "/disk/remove" => Ok(disk::remove(app)),
        "/disk/mark" => disk::mark(app),
        "/cpu" => cpu(app, wish).await,
        "/processes" => offspring::crowd(app, wish),
        "/threads" => crowd::threads(app, wish),
        "/files" => crowd::files(app, wish),
        "/mood" => mood(app, wish),
        "/silence" => silence(app, wish),
        "/exit" => exit(app, wish).await,
        _ => return None,
    };
    Some(result)
}

async fn front_page(app: &App, asked: &HeaderMap) -> Answer {
    sleep(app.slow.duration()).await;
    app.count_visit();
    if prefers_html(asked) { front::page(app) } else { answer_json(StatusCode::OK, &front::state(app)) }
}

async fn health(app: &App) -> Answer {
    match app.mood() {
        Mood::Ok => text(StatusCode::OK, "ok"),
        Mood::Fail => text(StatusCode::INTERNAL_SERVER_ERROR, "not ok"),
        Mood::Hang => std::future::pending().await,
    }
}

fn headers(asked: &HeaderMap) -> Answer {
    let pairs: Vec<(&str, String)> = asked
        .iter()
        .map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    answer_json(StatusCode::OK, &json!({ "headers": pairs }))
}

/// Takes a body of any size, keeping none of it.
async fn upload(request: Request<Incoming>) -> Answer {
    let announced = request.body().size_hint().exact();
    let mut body = request.into_body();
    let mut received: u64 = 0;
    while let Some(frame) = body.frame().await {
        match frame {
            Ok(frame) => received += frame.data_ref().map_or(0, |data| data.len() as u64),
            Err(error) => return text(StatusCode::BAD_REQUEST, format!("the body broke off: {error}\n")),
        }
    }
    answer_json(StatusCode::OK, &json!({ "bytes": received, "announced": announced }))
}

async fn hold(app: &App, wish: &Wish<'_>) -> Result<Value, Refusal> {
    let size = wish.size(Memory::from_mib(100))?;
    app.say(&format!("using {size} more memory"));
    app.held.grow(size).await.map_err(|error| Refusal::System(error.to_string()))?;
    Ok(json!({ "held_bytes": app.held.size().bytes() }))
}

/// Uses memory for a while, as a search or an upload does, then gives it back.
async fn spike(app: &App, wish: &Wish<'_>) -> Result<Value, Refusal> {
    let size = wish.size(Memory::from_mib(100))?;
    let time = wish.time("for", Elapsed::from_secs(2))?;
    app.say(&format!("using {size} for {time}"));
    let passing = super::held::Held::default();
    passing.grow(size).await.map_err(|error| Refusal::System(error.to_string()))?;
    sleep(time.duration()).await;
    Ok(json!({ "passed_bytes": passing.free().bytes() }))
}

fn leak(app: &App, wish: &Wish<'_>) -> Result<Value, Refusal> {
    let rate = wish.value("rate", Memory::from_mib(1))?;
    app.say(&format!("leaking {rate} each second"));
    app.leak.send_replace(rate);
    Ok(json!({ "leak_bytes_per_second": rate.bytes() }))
}

fn free(app: &App) -> Value {
    app.leak.send_replace(Memory::default());
    let freed = app.held.free();
    app.say(&format!("gave {freed} back"));
    json!({ "freed_bytes": freed.bytes() })
}

async fn cpu(app: &App, wish: &Wish<'_>) -> Result<Value, Refusal> {
    let time = wish.time("for", Elapsed::from_secs(1))?;
    app.say(&format!("using {time} of CPU time"));
    let began = app.age();
    burn::burn(time).await;
    Ok(json!({ "cpu_ms": time.millis(), "wall_ms": app.age().since(began).millis() }))
}

fn mood(app: &App, wish: &Wish<'_>) -> Result<Value, Refusal> {
    let mood = wish.value("as", Mood::Ok)?;
    let time = wish.time("for", Elapsed::ZERO)?;
    app.say(&format!("the health path now answers `{mood}`"));
    app.set_mood(mood, time);
    Ok(json!({ "health": mood, "for_ms": time.millis() }))
}

fn silence(app: &App, wish: &Wish<'_>) -> Result<Value, Refusal> {
    let time = wish.time("for", Elapsed::from_secs(40))?;
    app.say(&format!("falling silent for {time}"));
    app.fall_silent(time);
    Ok(json!({ "silent_ms": time.millis() }))
}

/// Answers nobody: the process ends with the question still open, as in a real crash.
async fn exit(app: &App, wish: &Wish<'_>) -> Result<Value, Refusal> {
    let status = wish.value("code", 1_u8)?;
    app.say(&format!("crashing with exit status {status}"));
    app.leave(status);
    std::future::pending().await
}
