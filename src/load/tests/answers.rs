use std::cell::Cell;

use super::*;
use crate::event::LoadFailure;
use crate::load::Got;

/// A scenario whose calls are made once each, and not checked before, with what the app is to answer.
async fn each(calls: Vec<Call>, answer: &'static str) -> Played {
    play(scenario(vec![phase("load", Model::Each { times: 1 }, calls)]), |visit| visit.answer_all(answer, millis(1)))
        .await
}

fn wish(expect: Expect) -> Call {
    Call { expect, ..get("/") }
}

#[tokio::test(start_paused = true)]
async fn answers_end_where_they_say() {
    for answer in [
        OK,
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\ntea\r\n0\r\n\r\n",
        "HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok",
    ] {
        let report = each(vec![get("/")], answer).await.report("load").clone();
        assert_eq!((report.answered, report.failed()), (1, 0), "{answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_a_length_ends_with_its_connection() {
    let app = async |mut visit: Visit| {
        visit.request().await;
        visit.say("HTTP/1.1 200 OK\r\n\r\ngreen tea").await;
    };
    let call = wish(Expect { holds: Some("tea".into()), ..Expect::default() });
    let played = play(scenario(vec![phase("load", open(5.0, 2), vec![call])]), app).await;
    assert_eq!(played.report("load").answered, 10);
}

#[tokio::test(start_paused = true)]
async fn an_app_that_does_not_answer_as_expected_is_sent_nothing_else() {
    let call = wish(Expect { holds: Some("tea".into()), ..Expect::default() });
    let asked = scenario(vec![phase("load", open(1.0, 1), vec![get("/"), call.clone()])]);
    let played = play(asked, |visit| visit.answer_all(OK, millis(1))).await;
    let Outcome::DoesNotHold(mismatches) = &played.outcome else { panic!("{:?}", played.outcome) };
    assert_eq!(mismatches.len(), 1);
    assert_eq!(mismatches[0].call, call);
    assert_eq!(mismatches[0].got, Got::Answer { status: 200, beginning: "ok".into() });
    let words =
        "`GET /` was answered with status 200 and `ok`, expected a status below 400 and a body that holds `tea`";
    assert_eq!(mismatches[0].to_string(), words);
    assert_eq!(played.told.len(), 2, "the check and its report: {:?}", played.told);
    let report = played.report("check");
    assert_eq!((report.due, report.answered, report.failures[&LoadFailure::Body]), (2, 1, 1));
}

#[tokio::test(start_paused = true)]
async fn an_app_that_does_not_answer_at_all_is_asked_once() {
    let refused = play_with(only(open(1.0, 1)), Nobody, async |_| {}).await;
    let Outcome::DoesNotHold(mismatches) = &refused.outcome else { panic!("{:?}", refused.outcome) };
    assert_eq!(mismatches[0].to_string(), "`GET /` got no connection, expected a status below 400");
    let asked = scenario(vec![phase("load", open(1.0, 1), vec![get("/a"), get("/b")])]);
    let hangs = play(asked, |visit| visit.answer_all(OK, Duration::from_secs(11))).await;
    let Outcome::DoesNotHold(mismatches) = &hangs.outcome else { panic!("{:?}", hangs.outcome) };
    assert_eq!(mismatches[0].to_string(), "`GET /a` had no whole answer after 10.0 s, expected a status below 400");
    let report = hangs.report("check");
    assert_eq!((report.due, report.unsent, report.failures[&LoadFailure::TimedOut]), (2, 1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_was_closed_in_the_meantime_fails_nobody() {
    let app = async |mut visit: Visit| {
        // Closed without a word after two answers, as a server does with its own time limit.
        for _ in 0..2 {
            visit.request().await;
            visit.say(OK).await;
        }
    };
    let played = play(only(open(10.0, 10)), app).await;
    let report = played.report("load");
    assert_eq!((report.answered, report.failed()), (100, 0));
}

#[tokio::test(start_paused = true)]
async fn nothing_more_is_asked_on_a_connection_that_closes() {
    let again = Rc::new(Cell::new(false));
    let seen = Rc::clone(&again);
    let app = move |mut visit: Visit| {
        let seen = Rc::clone(&seen);
        async move {
            visit.request().await;
            visit.say("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok").await;
            // It said so, and would hear what comes nevertheless.
            seen.set(seen.get() | visit.request().await.is_some());
        }
    };
    let played = play(only(open(10.0, 2)), app).await;
    assert_eq!((played.report("load").answered, again.get()), (20, false));
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_breaks_off_is_not_asked_for_again() {
    let count = Rc::new(Cell::new(0));
    let counter = Rc::clone(&count);
    let app = move |mut visit: Visit| {
        let counter = Rc::clone(&counter);
        async move {
            while visit.request().await.is_some() {
                counter.set(counter.get() + 1);
                if counter.get() == 3 {
                    return visit.say("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf").await;
                }
                visit.say(OK).await;
            }
        }
    };
    let played = play(only(open(10.0, 1)), app).await;
    let report = played.report("load");
    assert_eq!((report.answered, report.failures[&LoadFailure::Cut], count.get()), (9, 1, 11));
}

#[tokio::test(start_paused = true)]
async fn an_early_answer_to_a_large_body_is_heard() {
    let app = async |mut visit: Visit| {
        // Reads the head alone, then refuses.
        let mut some = [0; 100];
        let _ = visit.io.read(&mut some).await;
        visit.say("HTTP/1.1 413 Content Too Large\r\ncontent-length: 0\r\n\r\n").await;
        std::future::pending::<()>().await;
    };
    let body = Body::Bytes(vec![b'a'; 300_000].into());
    let call =
        Call { method: "POST".into(), body, expect: Expect { status: Some(413), ..Expect::default() }, ..get("/") };
    let played = play(scenario(vec![phase("load", open(2.0, 2), vec![call])]), app).await;
    assert_eq!((played.report("load").answered, played.outcome), (4, Outcome::Done));
}

#[tokio::test(start_paused = true)]
async fn a_large_body_arrives_whole() {
    let heard = Heard::default();
    let shared = Rc::clone(&heard);
    let app = move |mut visit: Visit| {
        let heard = Rc::clone(&shared);
        async move {
            while let Some(request) = visit.request().await {
                heard.borrow_mut().push(request);
                visit.say(OK).await;
            }
        }
    };
    let body = Body::Bytes(vec![b'a'; 300_000].into());
    let call = Call { method: "POST".into(), body, ..get("/upload") };
    let played = play(scenario(vec![phase("load", Model::Each { times: 2 }, vec![call])]), app).await;
    assert_eq!(played.report("load").answered, 2);
    let heard = heard.take();
    assert_eq!(heard.len(), 2);
    assert!(heard.iter().all(|request| request.starts_with("POST /upload") && request.ends_with(&"a".repeat(300_000))));
}

#[tokio::test(start_paused = true)]
async fn failures_are_told_apart() {
    let app = async |mut visit: Visit| {
        while let Some(request) = visit.request().await {
            match request.split(' ').nth(1).unwrap_or_default() {
                "/cut" => return,
                "/hang" => std::future::pending().await,
                "/noise" => visit.say("SSH-2.0-OpenSSH\r\n\r\n").await,
                "/wrong" => visit.say("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\ncoffee").await,
                _ => visit.say("HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n").await,
            }
        }
    };
    let expect = Expect { lacks: Some("coffee".into()), ..Expect::default() };
    let calls =
        ["/cut", "/hang", "/noise", "/wrong", "/error"].map(|path| Call { expect: expect.clone(), ..get(path) });
    let played = play(scenario(vec![phase("load", Model::Each { times: 1 }, calls.into())]), app).await;
    let report = played.report("load");
    let wanted =
        [(LoadFailure::Status(500), 1), (LoadFailure::Body, 1), (LoadFailure::Cut, 2), (LoadFailure::TimedOut, 1)];
    assert_eq!(report.failures, wanted.into(), "{report:?}");
    assert!(adds_up(report));
}
