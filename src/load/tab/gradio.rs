use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

use super::board::Board;
use super::trouble::Trouble;
use super::visitor::Door;
use crate::event::LoadFailure;
use crate::load::desk::House;
use crate::load::exchange::ask;
use crate::load::expect::Sight;
use crate::load::request::Request;
use crate::load::wire::{Dial, Wire};
use crate::scenario::{Body, Call, Expect, Gradio};
use crate::units::Elapsed;

/// The most that is read of an answer, in bytes: pictures come as text.
const MOST: usize = 32 << 20;

/// So many users have been there; the server tells sessions apart by their names.
static USERS: AtomicU64 = AtomicU64::new(0);

/// Somebody who has the page of a Gradio app open.
pub(super) struct Guest<D: Dial> {
    board: Option<Board>,
    session: String,
    /// What tells the server that the page is still open.
    heart: Option<D::Stream>,
    wire: Option<Wire<D::Stream>>,
}

impl<D: Dial> Default for Guest<D> {
    fn default() -> Self {
        Self { board: None, session: String::new(), heart: None, wire: None }
    }
}

impl<D: Dial> Guest<D> {
    /// Whether they have never seen the app.
    pub(super) fn is_new(&self) -> bool {
        self.session.is_empty()
    }

    /// Does one step: until the function has ended, and gave what is expected.
    pub(super) async fn take(
        &mut self,
        house: &House<D>,
        (deed, expect): (&Gradio, &Expect),
        door: &Door,
        within: Elapsed,
    ) -> Result<(), Trouble> {
        let done = timeout(within.duration(), self.act(house, (deed, expect), door)).await;
        let outcome = done.unwrap_or_else(|_| {
            let what = format!("it had not ended after {}", within.human());
            Err(Trouble::Plain { what, failure: LoadFailure::TimedOut, silence: false })
        });
        if outcome.as_ref().is_err_and(Trouble::is_silence) {
            self.board = None;
        }
        outcome
    }

    async fn act(&mut self, house: &House<D>, (deed, expect): (&Gradio, &Expect), door: &Door) -> Result<(), Trouble> {
        match deed {
            Gradio::Open(path) => self.open(house, door, path).await,
            Gradio::Stay if self.board.is_some() => Ok(()),
            Gradio::Stay => self.open(house, door, "/").await,
            Gradio::Call { name, inputs } => {
                if self.board.is_none() {
                    self.open(house, door, "/").await?;
                }
                self.call(house, door, (name, inputs)).await?.judge(name, expect)
            }
        }
    }

    /// The page, what it offers, and the sign that it stays open.
    async fn open(&mut self, house: &House<D>, door: &Door, path: &str) -> Result<(), Trouble> {
        *self = Self::default();
        self.session = format!("emu{:x}{:08x}", std::process::id(), USERS.fetch_add(1, Ordering::Relaxed));
        self.get(house, door, path).await?;
        let root = path.split('?').next().unwrap_or_default().trim_end_matches('/');
        let board = Board::read(root, &self.get(house, door, &format!("{root}/config")).await?)?;
        let mut heart = house.dial.dial().await.map_err(|_| Trouble::Refused)?;
        let beat = Request::new(&call(door, &board.path(&format!("/heartbeat/{}", self.session))), &door.host);
        heart.write_all(&beat.bytes).await.map_err(|_| Trouble::Cut)?;
        self.heart = Some(heart);
        self.board = Some(board);
        Ok(())
    }

    async fn call(
        &mut self,
        house: &House<D>,
        door: &Door,
        (name, inputs): (&str, &[Value]),
    ) -> Result<Ended, Trouble> {
        let Some(board) = &self.board else { return Err(Trouble::Cut) };
        let function = board.function(name)?;
        let data = function.data(name, inputs)?;
        let asked = json!({
            "data": data, "fn_index": function.id, "session_hash": self.session, "event_data": null, "trigger_id": null
        });
        let (join, listen) =
            (board.path("/queue/join"), board.path(&format!("/queue/data?session_hash={}", self.session)));
        let body = Body::Bytes(asked.to_string().into_bytes().into());
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        let headers = [door.headers.clone(), headers].concat();
        let join = Call { method: "POST".into(), headers, body, ..call(door, &join) };
        let joined: Value = serde_json::from_slice(&self.ask(house, door, &join).await?).unwrap_or_default();
        let heard = self.get(house, door, &listen).await?;
        Ended::read(&heard, joined["event_id"].as_str().unwrap_or_default())
    }

    async fn get(&mut self, house: &House<D>, door: &Door, path: &str) -> Result<Vec<u8>, Trouble> {
        self.ask(house, door, &call(door, path)).await
    }

    async fn ask(&mut self, house: &House<D>, door: &Door, call: &Call) -> Result<Vec<u8>, Trouble> {
        let mut sight = Sight::new(&Expect::default(), MOST);
        let heard = ask(&house.dial, &mut self.wire, &Request::new(call, &door.host), &mut sight).await;
        match heard
            .map_err(|failure| if failure == LoadFailure::Refused { Trouble::Refused } else { broke(call) })?
            .status
        {
            200..300 => Ok(sight.beginning),
            status => {
                let what = format!("`{} {}` was answered with status {status}, expected 200", call.method, place(call));
                Err(Trouble::Plain { what, failure: LoadFailure::Status(status), silence: true })
            }
        }
    }
}

fn call(door: &Door, path: &str) -> Call {
    Call { headers: door.headers.clone(), ..Call::get(path) }
}

/// Without the session: the same trouble of many users is told once.
fn place(call: &Call) -> &str {
    call.path.split('?').next().unwrap_or_default()
}

fn broke(call: &Call) -> Trouble {
    let what = format!("the answer to `{} {}` broke off", call.method, place(call));
    Trouble::Plain { what, failure: LoadFailure::Cut, silence: true }
}

/// How a function ended.
#[derive(Debug, PartialEq)]
struct Ended {
    /// What it gave, as JSON; or its error.
    gave: Result<String, String>,
}

impl Ended {
    /// Reads the events that the queue told: one message of JSON behind each `data:`.
    fn read(heard: &[u8], event: &str) -> Result<Self, Trouble> {
        let text = String::from_utf8_lossy(heard);
        let messages = text.lines().filter_map(|line| serde_json::from_str::<Value>(line.strip_prefix("data:")?).ok());
        for message in messages {
            let ours = message["event_id"].as_str().is_none_or(|id| id == event);
            match message["msg"].as_str() {
                Some("process_completed") if ours && message["success"] == true => {
                    return Ok(Self { gave: Ok(message["output"]["data"].to_string()) });
                }
                Some("process_completed") if ours => {
                    let error = message["output"]["error"].as_str().unwrap_or("an error that the app does not show");
                    return Ok(Self { gave: Err(error.to_owned()) });
                }
                Some("unexpected_error") => {
                    return Ok(Self { gave: Err(message["message"].as_str().unwrap_or_default().to_owned()) });
                }
                _ => {}
            }
        }
        let what = "the queue fell silent before the function had ended".into();
        Err(Trouble::Plain { what, failure: LoadFailure::Cut, silence: true })
    }

    fn judge(self, name: &str, expect: &Expect) -> Result<(), Trouble> {
        let plain = |what: String, failure| Err(Trouble::Plain { what, failure, silence: false });
        let gave = match (self.gave, expect.exception) {
            (Err(error), false) => {
                return plain(format!("`{name}` ended with the error `{error}`, expected none"), LoadFailure::Raised);
            }
            (Ok(_), true) => return plain(format!("`{name}` ended well, expected an error"), LoadFailure::Body),
            (Ok(gave) | Err(gave), _) => gave,
        };
        let shown: String = gave.chars().take(60).collect();
        if let Some(text) = expect.holds.as_ref().filter(|text| !gave.contains(text.as_str())) {
            return plain(format!("`{name}` gave `{shown}`, expected `{text}` in it"), LoadFailure::Body);
        }
        match expect.lacks.as_ref().filter(|text| gave.contains(text.as_str())) {
            Some(text) => plain(format!("`{name}` gave `{shown}`, expected no `{text}` in it"), LoadFailure::Body),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Gradio 6.31 told of a function that ended well, and of one that did not.
    const WELL: &str = "data: {\"msg\":\"estimation\",\"event_id\":\"d3\",\"rank\":0,\"queue_size\":1}\n\n\
        data: {\"msg\":\"process_starts\",\"event_id\":\"d3\",\"eta\":null}\n\n\
        data: {\"msg\":\"process_completed\",\"event_id\":\"d3\",\"output\":{\"data\":[\"TEATEA\"]},\"success\":true}\n\n\
        data: {\"msg\":\"close_stream\",\"event_id\":null}\n\n";
    const ILL: &str = "data: {\"msg\":\"process_completed\",\"event_id\":\"f1\",\"output\":{\"error\":\"no tea\"},\"success\":false}\n\n";

    fn said(heard: &str, event: &str, expect: &Expect) -> String {
        let outcome = Ended::read(heard.as_bytes(), event).and_then(|ended| ended.judge("f", expect));
        outcome.err().map(|trouble| trouble.to_string()).unwrap_or_default()
    }

    #[test]
    fn what_a_function_gave_is_held_against_what_is_expected() {
        let holds = |text: &str| Expect { holds: Some(text.into()), ..Expect::default() };
        let lacks = Expect { lacks: Some("TEA".into()), ..Expect::default() };
        assert_eq!(said(WELL, "d3", &holds("TEATEA")), "");
        assert_eq!(said(WELL, "d3", &holds("coffee")), r#"`f` gave `["TEATEA"]`, expected `coffee` in it"#);
        assert_eq!(said(WELL, "d3", &lacks), r#"`f` gave `["TEATEA"]`, expected no `TEA` in it"#);
    }

    #[test]
    fn an_error_is_a_failure_unless_it_is_expected() {
        let raised = Expect { exception: true, ..Expect::default() };
        assert_eq!(said(ILL, "f1", &raised), "");
        assert_eq!(said(ILL, "f1", &Expect::default()), "`f` ended with the error `no tea`, expected none");
        assert_eq!(said(WELL, "d3", &raised), "`f` ended well, expected an error");
    }

    #[test]
    fn the_end_of_another_call_is_not_ours() {
        assert_eq!(said(WELL, "other", &Expect::default()), "the queue fell silent before the function had ended");
    }
}
