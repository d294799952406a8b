//! Users of a Streamlit app, against a server that says what a real one said.

use std::cell::Cell;

use futures_util::{SinkExt, StreamExt};
use http::header::{HeaderValue, SEC_WEBSOCKET_PROTOCOL};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use tokio_tungstenite::{WebSocketStream, accept_hdr_async};

use super::*;
use crate::event::LoadFailure;
use crate::streamlit::Tab;

/// An opening, then `Load`, `Again` and `Raise`.
const RECORDED: &[u8] = include_bytes!("../../../tests/fixtures/streamlit/1.67.frames");

/// What the server said, run after run.
fn runs() -> Vec<Vec<Vec<u8>>> {
    let (mut bytes, mut tab, mut runs) = (RECORDED, Tab::new(), vec![Vec::new()]);
    while let Some((length, rest)) = bytes.split_first_chunk::<4>() {
        let (frame, rest) = rest.split_at(u32::from_be_bytes(*length) as usize);
        bytes = rest;
        runs.last_mut().unwrap().push(frame.to_vec());
        if tab.hear(frame).unwrap().is_some() {
            runs.push(Vec::new());
        }
    }
    runs
}

/// What is wrong with the server.
#[derive(Clone, Copy, PartialEq)]
enum Fault {
    None,
    /// It drops the socket when it has heard so many messages.
    Drops(usize),
    /// It says nothing after so many messages.
    Hangs(usize),
}

/// What the server has seen.
#[derive(Default)]
struct Seen {
    sockets: Cell<u32>,
    /// Open now, and at most.
    open: Cell<(u32, u32)>,
    sessions: RefCell<Vec<String>>,
}

/// A socket that is counted while it is open.
struct Open(Rc<Seen>);

impl Open {
    fn one_more(seen: Rc<Seen>) -> Self {
        let (now, most) = seen.open.get();
        seen.open.set((now + 1, most.max(now + 1)));
        Self(seen)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let (now, most) = self.0.open.get();
        self.0.open.set((now - 1, most));
    }
}

async fn serve(visit: Visit, seen: Rc<Seen>, fault: Fault) {
    seen.sockets.set(seen.sockets.get() + 1);
    let _open = Open::one_more(Rc::clone(&seen));
    #[expect(clippy::result_large_err, reason = "the shape that the handshake asks for")]
    let answer = |request: &Request, mut answer: Response| {
        let said = request.headers()[SEC_WEBSOCKET_PROTOCOL].to_str().unwrap();
        seen.sessions.borrow_mut().push(said.rsplit(", ").next().unwrap().to_owned());
        answer.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static("streamlit"));
        Ok(answer)
    };
    let Ok(mut line) = accept_hdr_async(visit.io, answer).await else { return };
    let mut runs = runs().into_iter();
    let mut heard = 0;
    while let Some(Ok(message)) = line.next().await {
        if !message.is_binary() {
            continue;
        }
        heard += 1;
        match fault {
            Fault::Drops(after) if heard > after => return,
            Fault::Hangs(after) if heard > after => {}
            _ => say(&mut line, runs.next().unwrap_or_default()).await,
        }
    }
}

async fn say(line: &mut WebSocketStream<DuplexStream>, run: Vec<Vec<u8>>) {
    for frame in run {
        line.send(Message::Binary(frame.into())).await.unwrap();
    }
}

/// Plays a scenario against such a server.
async fn visit(text: &str, fault: Fault) -> (Played, Rc<Seen>) {
    let files: &mut crate::scenario::ReadFile<'_> = &mut |_| Ok(Vec::new());
    let scenario = Scenario::parse("tabs.toml", text, files).unwrap();
    let seen = Rc::new(Seen::default());
    let witness = Rc::clone(&seen);
    let played = play(scenario, move |visit| serve(visit, Rc::clone(&witness), fault)).await;
    (played, seen)
}

fn notes(played: &Played) -> Vec<&str> {
    played.told.iter().filter_map(|told| if let Told::Note(note) = told { Some(note.as_str()) } else { None }).collect()
}

const LIST: &str = r#"
timeout = "5 s"
[[phase]]
name = "list"
kind = "streamlit"
[[phase.step]]
open = "/"
expect = { holds = "0 rows", lacks = "100 rows" }
[[phase.step]]
click = "Load"
expect = { holds = "100 rows" }
[[phase.step]]
click = "Again"
[[phase.step]]
click = "Raise"
expect = { exception = true }
"#;

#[tokio::test(start_paused = true)]
async fn a_user_goes_through_a_list_in_one_tab() {
    let (played, seen) = visit(LIST, Fault::None).await;
    assert_eq!(played.outcome, Outcome::Done, "{:?}", notes(&played));
    assert_eq!((played.report("list").answered, seen.sockets.get()), (4, 1));
    assert_eq!(notes(&played)[1], "step 2, visitor: click Load: finished after 0.0 ms");
}

#[tokio::test(start_paused = true)]
async fn what_goes_wrong_is_told_apart() {
    let wrong_label = LIST.replace("\"Load\"", "\"Lod\"");
    let no_exception = LIST.replace("expect = { exception = true }", "");
    let wrong_text = LIST.replace("holds = \"100 rows\"", "holds = \"9 rows\"");
    for (list, fault, failure, words) in [
        (wrong_label.as_str(), Fault::None, LoadFailure::NotOffered, "no button called `Lod`; the nearest is `Load`"),
        (&no_exception, Fault::None, LoadFailure::Raised, "the exception `ValueError: no such order`"),
        (&wrong_text, Fault::None, LoadFailure::Body, "does not show `9 rows`; it shows `Orders`, "),
        (LIST, Fault::Drops(1), LoadFailure::Cut, "the socket broke before the script had ended"),
        (LIST, Fault::Hangs(3), LoadFailure::TimedOut, "the script had not ended after 5.0 s"),
    ] {
        let (played, _) = visit(list, fault).await;
        assert!(matches!(played.outcome, Outcome::StepsFailed(_)), "{words}");
        assert!(played.report("list").failures.contains_key(&failure), "{words}: {:?}", played.report("list").failures);
        assert!(notes(&played).iter().any(|note| note.contains(words)), "{words}: {:?}", notes(&played));
    }
}

#[tokio::test(start_paused = true)]
async fn an_app_that_is_not_streamlit_is_told() {
    for (answer, failure) in [
        (OK, LoadFailure::Body),
        ("HTTP/1.1 404 X\r\ncontent-length: 0\r\n\r\n", LoadFailure::Status(404)),
        ("HTTP/1.1 503 X\r\ncontent-length: 0\r\n\r\n", LoadFailure::Status(503)),
    ] {
        let users = "[[phase]]\nname = \"users\"\nkind = \"streamlit\"\nusers = 1\nthink = \"1 s\"\nfor = \"900 ms\"";
        let scenario = Scenario::parse("tabs.toml", users, &mut |_| Ok(Vec::new())).unwrap();
        let played = play(scenario, move |visit| visit.answer_all(answer, millis(0))).await;
        let report = played.report("users");
        assert_eq!((report.failed(), report.failures.keys().next()), (1, Some(&failure)), "{:?}", notes(&played));
        assert!(notes(&played)[0].starts_with("once: "), "{:?}", notes(&played));
    }
}

const CROWD: &str = r#"
timeout = "5 s"
[[phase]]
name = "crowd"
kind = "streamlit"
users = 3
think = "1 s"
ramp = "300 ms"
for = "2.5 s"
[[phase.step]]
click = "Load"
expect = { holds = "100 rows" }
[[phase.step]]
click = "Again"
"#;

#[tokio::test(start_paused = true)]
async fn users_keep_their_tabs_and_think_after_each_step() {
    let (played, seen) = visit(CROWD, Fault::None).await;
    let report = played.report("crowd");
    // Each opens at once, loads a second later, and again a second behind that.
    assert_eq!((report.due, report.answered, seen.sockets.get()), (9, 9, 3), "{:?}", notes(&played));
    assert!(adds_up(report) && report.shortfall.is_none() && report.lasted == Elapsed::from_millis(2_500));
}

#[tokio::test(start_paused = true)]
async fn a_user_whose_socket_broke_comes_back_to_the_same_session() {
    let (played, seen) = visit(CROWD, Fault::Drops(1)).await;
    let report = played.report("crowd");
    // Every socket takes one message: each opens, is cut off, comes back, and is cut off again.
    assert_eq!(report.failures.get(&LoadFailure::Cut), Some(&6), "{:?}", notes(&played));
    let sessions = seen.sessions.borrow();
    let back = sessions.iter().filter(|session| *session != "PLACEHOLDER_AUTH_TOKEN").count();
    assert!(sessions.len() >= 6 && back == sessions.len() - 3, "{sessions:?}");
}

#[tokio::test(start_paused = true)]
async fn strangers_close_their_tabs_when_they_leave() {
    let text = "[[phase]]\nname = \"day\"\nkind = \"streamlit\"\narrivals = \"6/min\"\nstay = \"25 s\"\nthink = \"12 s\"\nfor = \"2 min\"\n";
    let (played, seen) = visit(text, Fault::None).await;
    assert_eq!(played.outcome, Outcome::Done, "{:?}", notes(&played));
    // One comes every ten seconds, and is there for twenty-five.
    assert_eq!((seen.sockets.get(), seen.open.get().1), (12, 3), "{:?}", notes(&played));
    let report = played.report("day");
    assert!(adds_up(report) && report.failures.is_empty(), "{report:?}");
    assert_eq!(
        seen.sessions.borrow().iter().collect::<std::collections::BTreeSet<_>>().len(),
        1,
        "none comes back to another's session"
    );
}
