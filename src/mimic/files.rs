//! A web server for files as they are: what a project without a program is run by, where no image of a web
//! server is needed.

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use http::header::{ALLOW, CONTENT_TYPE, LOCATION};
use http::{HeaderValue, Method, Request, StatusCode};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::answer::{Answer, text};
use super::body::whole;
use super::{Log, life};

/// The page of a folder.
const INDEX: &str = "index.html";
/// The page for what is not there.
const NOT_FOUND: &str = "404.html";

/// Serves the files of a folder until it is asked to stop, and returns the exit status to leave with.
pub fn serve_files(folder: PathBuf, port: u16, log: &Log) -> u8 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let served = runtime.and_then(|runtime| runtime.block_on(serve(folder, port, log)));
    match served {
        Ok(()) => 0,
        Err(error) => {
            log(&format!("cannot serve: {error}"));
            life::CANNOT_START
        }
    }
}

async fn serve(folder: PathBuf, port: u16, log: &Log) -> std::io::Result<()> {
    let folder = Arc::new(folder.canonicalize()?);
    let listener = TcpListener::bind(("0.0.0.0", port)).await?;
    let mut term = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    log(&format!("serving {} on port {port}", folder.display()));
    loop {
        let socket = tokio::select! {
            accepted = listener.accept() => accepted?.0,
            _ = term.recv() => return Ok(()),
            _ = interrupt.recv() => return Ok(()),
        };
        let (folder, log) = (Arc::clone(&folder), Arc::clone(log));
        let service = service_fn(move |request: Request<hyper::body::Incoming>| {
            let answer = answer(&folder, request.method(), request.uri().path());
            log(&format!("{} {} {}", request.method(), request.uri().path(), answer.status().as_u16()));
            std::future::ready(Ok::<_, Infallible>(answer))
        });
        // A visitor who breaks off is no news.
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(socket), service));
    }
}

/// One answer. A path never leads out of the folder.
fn answer(folder: &Path, method: &Method, path: &str) -> Answer {
    if !matches!(*method, Method::GET | Method::HEAD) {
        let mut refused = text(StatusCode::METHOD_NOT_ALLOWED, "these files are only read\n");
        refused.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return refused;
    }
    let Some(inside) = decoded(path) else { return text(StatusCode::BAD_REQUEST, "this is no path\n") };
    let found = folder.join(inside.trim_start_matches('/')).canonicalize();
    let Some(file) = found.ok().filter(|file| file.starts_with(folder)) else { return missing(folder) };
    if file.is_dir() && !path.ends_with('/') {
        let mut there = text(StatusCode::MOVED_PERMANENTLY, "it is a folder\n");
        if let Ok(place) = HeaderValue::from_str(&format!("{path}/")) {
            there.headers_mut().insert(LOCATION, place);
        }
        return there;
    }
    let file = if file.is_dir() { file.join(INDEX) } else { file };
    content(&file, StatusCode::OK).unwrap_or_else(|| missing(folder))
}

fn missing(folder: &Path) -> Answer {
    let page = content(&folder.join(NOT_FOUND), StatusCode::NOT_FOUND);
    page.unwrap_or_else(|| text(StatusCode::NOT_FOUND, "there is no such file\n"))
}

fn content(file: &Path, status: StatusCode) -> Option<Answer> {
    let bytes = std::fs::read(file).ok()?;
    let mut answer = Answer::new(whole(bytes));
    *answer.status_mut() = status;
    let kind = kind(file.extension().and_then(|end| end.to_str()).unwrap_or_default());
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    Some(answer)
}

fn kind(ending: &str) -> &'static str {
    match ending.to_ascii_lowercase().as_str() {
        "html" | "htm" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" | "map" => "application/json",
        "txt" | "md" => "text/plain; charset=utf-8",
        "xml" => "application/xml",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        "pdf" => "application/pdf",
        _ => "application/octet-stream",
    }
}

/// The path with `%20` and the like as what they stand for; `None` where they stand for no text.
fn decoded(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = [rest.next()?, rest.next()?];
        bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
    }
    String::from_utf8(bytes).ok().filter(|path| !path.contains('\0'))
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;
    use proptest::prelude::*;

    use super::*;

    fn site() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("site")).unwrap();
        for (file, text) in
            [("secret", "x"), ("site/index.html", "home"), ("site/a b.css", "c"), ("site/404.html", "none")]
        {
            std::fs::write(folder.path().join(file), text).unwrap();
        }
        std::fs::create_dir(folder.path().join("site/docs")).unwrap();
        folder
    }

    async fn get(folder: &Path, path: &str) -> (u16, String, String) {
        let answer = answer(&folder.canonicalize().unwrap(), &Method::GET, path);
        let kind = answer.headers().get(CONTENT_TYPE).map_or("", |kind| kind.to_str().unwrap()).to_owned();
        let status = answer.status().as_u16();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        (status, kind, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn files_are_served_and_nothing_beside_them() {
        let place = site();
        let site = place.path().join("site");
        let html = "text/html; charset=utf-8".to_owned();
        assert_eq!(get(&site, "/").await, (200, html.clone(), "home".into()));
        assert_eq!(get(&site, "/a%20b.css").await, (200, "text/css; charset=utf-8".into(), "c".into()));
        assert_eq!(get(&site, "/docs").await.0, 301);
        for path in ["/docs/", "/gone", "/../secret", "/%2e%2e/secret", "/docs/../../secret"] {
            assert_eq!(get(&site, path).await, (404, html.clone(), "none".into()), "{path}");
        }
        assert_eq!(get(&site, "/%zz").await.0, 400);
        assert_eq!(answer(&site, &Method::POST, "/").status(), StatusCode::METHOD_NOT_ALLOWED);
    }

    proptest! {
        #[test]
        fn any_path_is_read_or_refused(path in "/[ -~]{0,20}") {
            if let Some(text) = decoded(&path) {
                prop_assert!(text.len() <= path.len());
            }
        }
    }
}
