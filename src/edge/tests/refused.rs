use proptest::prelude::*;

use super::*;
use crate::edge::http::request::Request as Head;
use crate::event::Ending;
use crate::http1::Body;
use crate::spec::Cause;
use crate::units::Memory;

/// Requests that two readers could understand differently, or that are none.
const AMBIGUOUS: &[&str] = &[
    "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
    "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\nContent-Length: 1\r\n\r\na",
    "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1, 1\r\n\r\na",
    "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: +1\r\n\r\na",
    "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 0x1\r\n\r\na",
    "POST / HTTP/1.1\r\nhost: a\r\ncontent-length:\r\n\r\n",
    "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 99999999999999999999\r\n\r\na",
    "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\ncontent-length: 3\r\n\r\n0\r\n\r\n",
    "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: identity\r\n\r\n",
    "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: xchunked\r\n\r\n",
    "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
    "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding : chunked\r\n\r\n0\r\n\r\n",
    "POST / HTTP/1.0\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    "GET / HTTP/1.1\r\nhost: a\r\nx: 1\r\n folded\r\n\r\n",
    "GET / HTTP/1.1\r\n folded: a\r\nhost: a\r\n\r\n",
    "GET / HTTP/1.1\nhost: a\n\n",
    "GET / HTTP/1.1\r\nhost: a\nx: 1\r\n\r\n",
    "GET / HTTP/1.1\r\nhost: a\rx: 1\r\n\r\n",
    "GET / HTTP/1.1\r\nhost: a\r\nx: a\0b\r\n\r\n",
    "GET / HTTP/1.1\r\nhost: a\r\nno colon\r\n\r\n",
    "GET / HTTP/1.1\r\nhost: a\r\n: x\r\n\r\n",
    "GET / HTTP/1.1\r\nhost: a\r\nx y: z\r\n\r\n",
    "GET / HTTP/1.1\r\n\r\n",
    "GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n",
    "GET / HTTP/1.1\r\nhost: a b\r\n\r\n",
    "GET / HTTP/1.1\r\nhost: a@b\r\n\r\n",
    "GET  / HTTP/1.1\r\nhost: a\r\n\r\n",
    "GET / a HTTP/1.1\r\nhost: a\r\n\r\n",
    "GET /\tHTTP/1.1\r\nhost: a\r\n\r\n",
    "GET / HTTP/2.0\r\nhost: a\r\n\r\n",
    "GET / HTTP/1.1 \r\nhost: a\r\n\r\n",
    "GET /\r\n\r\n",
    "GET a HTTP/1.1\r\nhost: a\r\n\r\n",
    "GET http://b/ HTTP/1.1\r\nhost: a\r\n\r\n",
    "CONNECT a:80 HTTP/1.1\r\nhost: a:80\r\n\r\n",
    "G(T / HTTP/1.1\r\nhost: a\r\n\r\n",
    "\x16\x03\x01\x02\0\x01\0\r\n\r\n",
];

/// Chunked bodies that a lenient reader would take.
const BAD_CHUNKS: &[&str] = &[
    "\r\nab",
    "2\nab\r\n0\r\n\r\n",
    "2\r\nabc\r\n0\r\n\r\n",
    "2\r\nab0\r\n\r\n",
    "0x2\r\nab\r\n0\r\n\r\n",
    " 2\r\nab\r\n0\r\n\r\n",
    "2 \r\nab\r\n0\r\n\r\n",
    "-2\r\nab\r\n0\r\n\r\n",
    "10000000000000002\r\nab\r\n0\r\n\r\n",
    "2;a\nb\r\nab\r\n0\r\n\r\n",
    "2;a\rb\r\nab\r\n0\r\n\r\n",
    ";a\r\nab\r\n0\r\n\r\n",
    "0\r\nno colon\r\n\r\n",
    "0\r\na: b\n\r\n",
    "0\r\n folded: b\r\n\r\n",
    "0\r\nx\r\n\r\n",
    "2\r\nab\n0\r\n\r\n",
];

#[tokio::test(start_paused = true)]
async fn ambiguous_requests_get_the_platform_s_answer_and_reach_no_app() {
    for request in AMBIGUOUS {
        let mut stage = Stage::open(|_| {});
        let mut client = stage.connect();
        say(&mut client, request).await;
        let answer = rest(&mut client).await;
        assert!(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{request:?}: {answer}");
        assert!(answer.ends_with("connection: close\r\n\r\nBadRequest"), "{request:?}: {answer}");
        assert!(stage.apps.try_recv().is_err(), "{request:?} reached the app");
        assert_eq!(stage.ended().await.ending, Ending::Platform(Cause::BadRequest));
        assert!(stage.is_quiet());
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_with_bad_chunks_is_never_passed_to_its_end() {
    for body in BAD_CHUNKS {
        let mut stage = Stage::open(|_| {});
        let mut client = stage.connect();
        say(&mut client, &format!("POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n{body}")).await;
        let answer = rest(&mut client).await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{body:?}: {answer}");
        let mut app = stage.app().await;
        assert!(!rest(&mut app).await.ends_with("0\r\n\r\n"), "{body:?} looked complete to the app");
        assert_eq!(stage.ended().await.ending, Ending::Platform(Cause::BadRequest));
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_unusual_but_clear_passes() {
    for (request, target) in [
        ("\r\n\r\nGET / HTTP/1.1\r\nhost: a\r\n\r\n", "GET / "),
        ("GET http://A:1/x?y HTTP/1.1\r\nhost: a:1\r\n\r\n", "GET /x?y "),
        ("OPTIONS * HTTP/1.1\r\nhost:\r\n\r\n", "OPTIONS * "),
        ("M-SEARCH / HTTP/1.1\r\nhost: [::1]:80\r\nempty:\r\nutf: \u{e9}\r\n\r\n", "M-SEARCH / "),
        ("GET / HTTP/1.0\r\n\r\n", "GET / "),
    ] {
        let mut stage = Stage::open(|_| {});
        let mut client = stage.connect();
        say(&mut client, request).await;
        let mut app = stage.app().await;
        assert!(hear(&mut app, "\r\n\r\n").await.starts_with(target), "{request:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_larger_than_the_plan_takes_is_refused_before_it_is_read() {
    let mut stage = Stage::open(|rules| rules.router.body = Some(Memory::from_bytes(10)));
    let mut client = stage.connect();
    say(&mut client, "POST /up HTTP/1.1\r\nhost: a\r\ncontent-length: 11\r\n\r\n").await;
    let answer = rest(&mut client).await;
    assert!(answer.starts_with("HTTP/1.1 413 ") && answer.ends_with("BodyTooLarge"), "{answer}");
    assert_eq!(stage.ended().await.path, "/up");
    assert!(stage.apps.try_recv().is_err());
}

#[tokio::test(start_paused = true)]
async fn a_body_that_grows_beyond_the_limit_is_cut_off() {
    let mut stage = Stage::open(|rules| rules.router.body = Some(Memory::from_bytes(10)));
    let mut client = stage.connect();
    let chunks = "8\r\n12345678\r\n3\r\n123\r\n0\r\n\r\n";
    say(&mut client, &format!("POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n{chunks}")).await;
    assert!(hear(&mut client, "BodyTooLarge").await.starts_with("HTTP/1.1 413 "));
    let ended = stage.ended().await;
    assert_eq!((ended.ending, ended.bytes_in), (Ending::Platform(Cause::BodyTooLarge), 11));
}

#[tokio::test(start_paused = true)]
async fn a_head_larger_than_the_plan_takes_is_refused() {
    let long = format!("GET / HTTP/1.1\r\nhost: a\r\nx: {}\r\n\r\n", "x".repeat(100_000));
    let many = format!("GET / HTTP/1.1\r\nhost: a\r\n{}\r\n", "x: 1\r\n".repeat(100));
    let endless = "GET / HTTP/1.1\r\nhost: a\r\nx: ".to_owned() + &"x".repeat(70_000);
    for head in [long, many, endless] {
        let mut stage = Stage::open(|_| {});
        let mut client = stage.connect();
        say(&mut client, &head).await;
        assert!(rest(&mut client).await.starts_with("HTTP/1.1 431 "));
        assert_eq!(stage.ended().await.ending, Ending::Platform(Cause::HeadTooLarge));
    }
}

#[tokio::test(start_paused = true)]
async fn more_requests_than_the_plan_takes_at_once_are_turned_away() {
    let mut stage = Stage::open(|rules| rules.router.concurrency = Some(1));
    let (mut first, mut second) = (stage.connect(), stage.connect());
    say(&mut first, GET).await;
    let mut app = stage.app().await;
    hear(&mut app, "\r\n\r\n").await;
    say(&mut second, GET).await;
    assert!(hear(&mut second, "Overload").await.starts_with("HTTP/1.1 503 "));
    say(&mut app, HELLO).await;
    hear(&mut first, "hello").await;
    // The seat is free again, and the second client's connection is still good.
    say(&mut second, GET).await;
    let mut app = stage.app().await;
    hear(&mut app, "\r\n\r\n").await;
}

#[tokio::test(start_paused = true)]
async fn the_platform_s_answer_to_head_has_no_body() {
    let mut stage = Stage::with(Gate::Refuse(Cause::Suspended), |_| {});
    let mut client = stage.connect();
    say(&mut client, "HEAD / HTTP/1.1\r\nhost: a\r\n\r\n").await;
    assert!(hear(&mut client, "\r\n\r\n").await.contains("content-length: 9\r\n"));
    say(&mut client, GET).await;
    assert!(hear(&mut client, "Suspended").await.starts_with("HTTP/1.1 503 "), "no body stood in between");
    assert_eq!(stage.ended().await.bytes_out, 0);
}

/// Bytes that look like heads more often than chance would.
fn head_like() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just("GET / HTTP/1.1\r\n"),
        Just("host: a\r\n"),
        Just("\r\n"),
        Just("\n"),
        Just("\r"),
        Just(" "),
        Just(":"),
        Just("content-length: 5\r\n"),
        Just("transfer-encoding: chunked\r\n"),
        Just("Content-Length"),
        Just("chunked"),
        Just("5\r\nhello\r\n"),
        Just("0\r\n"),
        Just("\t"),
        Just("POST "),
        Just("connection: host\r\n"),
        Just("\0"),
    ];
    let junk = proptest::collection::vec(any::<u8>(), 0..4);
    let part = prop_oneof![8 => piece.prop_map(|text| text.as_bytes().to_vec()), 1 => junk];
    proptest::collection::vec(part, 0..14).prop_map(|parts| parts.concat())
}

/// Bytes that look like answers more often than chance would.
fn answer_like() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just("HTTP/1.1 200 OK\r\n"),
        Just("HTTP/1.1 100 Continue\r\n\r\n"),
        Just("HTTP/1.0 204 \r\n"),
        Just("HTTP/1.1 101 X\r\nupgrade: x\r\n\r\n"),
        Just("content-length: 5\r\n"),
        Just("transfer-encoding: chunked\r\n"),
        Just("connection: close\r\n"),
        Just("\r\n"),
        Just("hello"),
        Just("5\r\nhello\r\n0\r\n\r\n"),
        Just("\n"),
    ];
    proptest::collection::vec(piece.prop_map(str::as_bytes), 0..10).prop_map(|parts| parts.concat())
}

/// What a strict reader makes of a head: how many of each framing header, and whether lines are clean.
fn framing_headers(head: &str) -> (usize, usize) {
    let count = |name: &str| head.lines().filter(|line| line.to_lowercase().starts_with(name)).count();
    (count("content-length:"), count("transfer-encoding:"))
}

proptest! {
    #[test]
    fn no_bytes_make_the_door_panic_or_forward_two_framings(bytes in head_like()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let mut stage = Stage::open(|_| {});
            let (mut client, visit) = stage.attend();
            client.write_all(&bytes).await.unwrap();
            client.shutdown().await.unwrap();
            visit.await.unwrap();
            assert!(stage.is_quiet());
            while let Ok(mut app) = stage.apps.try_recv() {
                let passed = rest(&mut app).await;
                let head = passed.split("\r\n\r\n").next().unwrap_or_default();
                let (lengths, codings) = framing_headers(head);
                assert!(lengths + codings <= 1, "{passed:?}");
                assert!(!head.replace("\r\n", "").contains(['\r', '\n', '\0']), "{passed:?}");
            }
        });
    }

    #[test]
    fn whatever_an_app_sends_its_client_gets_an_answer_or_an_end(bytes in answer_like(), kept in any::<bool>()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let mut stage = Stage::open(|_| {});
            let (mut client, visit) = stage.attend();
            say(&mut client, "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await;
            let mut app = stage.app().await;
            app.write_all(&bytes).await.unwrap();
            let app = kept.then_some(app);
            let answer = rest(&mut client).await;
            visit.await.unwrap();
            drop(app);
            assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 "), "{answer:?}");
            let ended = stage.ended().await;
            assert!(ended.status.is_some(), "{ended:?}");
            assert!(stage.is_quiet());
        });
    }

    #[test]
    fn a_head_reads_the_same_or_not_at_all(bytes in head_like()) {
        // No panic, and the same verdict each time: the reader is used again for every head.
        let (mut once, mut again) = (Head::default(), Head::default());
        let _ = again.read(b"PUT /other HTTP/1.1\r\nhost: b\r\ncontent-length: 7\r\n\r\n", 100);
        let verdict = once.read(&bytes, 100);
        prop_assert_eq!(verdict, again.read(&bytes, 100));
        if verdict.is_ok() {
            prop_assert_eq!(once.target(), again.target());
            prop_assert_eq!(once.announced(), again.announced());
        }
    }

    #[test]
    fn chunks_read_the_same_in_pieces_of_any_size(
        data in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..40), 0..6),
        cut in 1_usize..50,
    ) {
        let mut coded: Vec<u8> = Vec::new();
        for chunk in &data {
            coded.extend(format!("{:x};e=1\r\n", chunk.len()).bytes());
            coded.extend(chunk);
            coded.extend(b"\r\n");
        }
        coded.extend(b"0\r\nsum: 1\r\n\r\n");
        let end = coded.len();
        coded.extend(b"GET / HTTP/1.1\r\n");
        let (mut body, mut content, mut used) = (Body::chunked(), Vec::new(), 0);
        for piece in coded.chunks(cut) {
            used += body.take(piece, |bytes| content.extend_from_slice(bytes)).unwrap().bytes;
        }
        prop_assert_eq!((used, body.is_done()), (end, true));
        prop_assert_eq!(content, data.concat());
    }

    #[test]
    fn any_bytes_as_chunks_never_panic_and_never_yield_more_than_they_are(
        bytes in proptest::collection::vec(prop_oneof![Just(b'\r'), Just(b'\n'), Just(b'0'), Just(b'f'), any::<u8>()], 0..60),
    ) {
        let mut body = Body::chunked();
        let mut content = 0;
        if let Ok(taken) = body.take(&bytes, |data| content += data.len()) {
            prop_assert!(taken.bytes <= bytes.len() && content <= taken.bytes);
        }
    }
}
