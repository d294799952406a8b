use std::future::poll_fn;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::task::{Poll, ready};

use super::Report;
use super::buffer::Fill;
use super::http::request::Request;
use super::instead::Instead;
use super::record::Record;
use super::visit::Visit;
use super::wire::{Dial, Stream, Wire};
use crate::event::{ClientKind, Gate, Hold};
use crate::spec::{Cause, WakeAnswer, WakeRules};

/// Where the button of a sleeping app's page leads, with POST. `?to=/path` names the page to go on to.
pub const WAKE_PATH: &str = "/_emu/wake";

/// The way to the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Passage {
    pub(super) address: std::net::SocketAddr,
    /// How it came to be open.
    pub(super) opened: Opened,
}

/// Whether the gate was open when the request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opened {
    Before,
    /// The request waited for it, so the app has only just come.
    JustNow,
}

/// What becomes of a request that finds the gate held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It gets this and changes nothing.
    Give(Instead),
    /// It wakes the app and gets this.
    WakeAndGive(Instead),
    /// It waits for the app that is coming anyway.
    Wait,
    /// It wakes the app and waits for it.
    WakeAndWait,
}

/// The wake rules, applied to one request.
pub(super) fn judge(hold: Hold, request: &Request, rules: &WakeRules) -> Verdict {
    let platform = |cause| Verdict::Give(Instead::Platform(cause));
    let rule = rule_for(request.client(), rules);
    if hold == Hold::Booting {
        let waits = rule == WakeAnswer::Held && request.client() != ClientKind::Browser;
        return if waits { Verdict::Wait } else { platform(Cause::Booting) };
    }
    if let Some(stand_in) = stand_in(request, rules) {
        return stand_in;
    }
    if let Some(page) = button(request, rules) {
        return Verdict::WakeAndGive(Instead::See(page));
    }
    if rules.sleeping_methods.iter().any(|method| method.as_bytes() == request.method()) {
        // What it gets tells nothing of the app's state; the record does.
        return if hold == Hold::Asleep { Verdict::Give(Instead::LeftAsleep) } else { platform(Cause::Waking) };
    }
    match (rule, hold) {
        (WakeAnswer::Held, _) => Verdict::WakeAndWait,
        (WakeAnswer::Page, _) => Verdict::WakeAndGive(Instead::Platform(Cause::Waking)),
        (WakeAnswer::Button | WakeAnswer::Refused, Hold::Waking) => platform(Cause::Waking),
        (WakeAnswer::Button | WakeAnswer::Refused, _) => platform(Cause::Asleep),
    }
}

/// The page to go back to, when the request is the press of a button that this plan has.
pub(super) fn button(request: &Request, rules: &WakeRules) -> Option<String> {
    let has_button = [rules.browser, rules.client, rules.websocket].contains(&WakeAnswer::Button);
    let pressed = has_button && request.method() == b"POST" && request.path() == WAKE_PATH.as_bytes();
    pressed.then(|| page_of(request.query()).unwrap_or_else(|| "/".to_owned()))
}

fn stand_in(request: &Request, rules: &WakeRules) -> Option<Verdict> {
    let path = std::str::from_utf8(request.path()).ok()?;
    rules.stand_ins.get(path).map(|file| Verdict::Give(Instead::StandIn(file.clone())))
}

fn rule_for(client: ClientKind, rules: &WakeRules) -> WakeAnswer {
    match client {
        ClientKind::Browser => rules.browser,
        ClientKind::Websocket => rules.websocket,
        ClientKind::Client => rules.client,
    }
}

/// The page named by `to=`, when it lies on this host.
fn page_of(query: &[u8]) -> Option<String> {
    let to = query.split(|byte| *byte == b'&').find_map(|pair| pair.strip_prefix(b"to="))?;
    let page = unescape(to)?;
    let here = page.starts_with('/') && !page.starts_with("//") && !page.contains('\\');
    (here && page.bytes().all(|byte| byte.is_ascii_graphic())).then_some(page)
}

fn unescape(text: &[u8]) -> Option<String> {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((byte, behind)) = rest.split_first() {
        let hex = (*byte == b'%').then(|| behind.get(..2)).flatten();
        let code = hex.and_then(|hex| std::str::from_utf8(hex).ok()).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        plain.push(code.unwrap_or(*byte));
        rest = if code.is_some() { &behind[2..] } else { behind };
    }
    String::from_utf8(plain).ok()
}

impl<C: Stream, D: Dial> Visit<'_, C, D> {
    /// Waits at the gate as the wake rules say.
    pub(super) async fn pass_gate(&mut self, record: &mut Record<'_>) -> Result<Passage, Instead> {
        let gate = *self.gate.borrow();
        match gate {
            Gate::Open(_) if self.is_button() => Err(self.see_page()),
            Gate::Open(address) => Ok(Passage { address, opened: Opened::Before }),
            Gate::Refuse(cause) => Err(Instead::Platform(cause)),
            Gate::Hold(hold) => match judge(hold, &self.request, &self.shared.rules.wake) {
                Verdict::Give(instead) => Err(instead),
                Verdict::WakeAndGive(instead) => {
                    self.ask(record);
                    Err(instead)
                }
                Verdict::Wait => self.wait(record, Asks::Nothing).await,
                Verdict::WakeAndWait => self.wait(record, Asks::Wake).await,
            },
        }
    }

    fn is_button(&self) -> bool {
        button(&self.request, &self.shared.rules.wake).is_some()
    }

    fn see_page(&self) -> Instead {
        Instead::See(button(&self.request, &self.shared.rules.wake).unwrap_or_default())
    }

    fn ask(&self, record: &Record<'_>) {
        self.shared.outbox.post(Report::WakeAsked { request: record.id(), client: self.request.client() });
        self.shared.outbox.flush();
    }

    async fn wait(&mut self, record: &mut Record<'_>, asks: Asks) -> Result<Passage, Instead> {
        let rules = &self.shared.rules.wake;
        let held = &self.shared.meter.held;
        let _place = HeldPlace::take(held, rules.held_max).ok_or(Instead::Platform(Cause::WakeOverload))?;
        if asks == Asks::Wake {
            self.ask(record);
        }
        let since = self.shared.epoch.now();
        self.alarm.set_after(rules.held_timeout.duration());
        let most = usize::try_from(rules.held_body.bytes()).unwrap_or(usize::MAX);
        let (gate, client, alarm) = (&mut self.gate, &mut self.client, &mut self.alarm);
        // The gate is looked at before it is waited for, so an opening in between is not missed.
        let settled = tokio::select! {
            biased;
            gate = gate.wait_for(|gate| !matches!(gate, Gate::Hold(_))) => gate.map(|gate| *gate).ok(),
            () = left(client, most) => return Err(Instead::ClientLeft),
            () = poll_fn(|cx| alarm.poll(cx)) => Some(Gate::Refuse(Cause::WakeFailed)),
        };
        record.held(self.shared.epoch.now().since(since));
        match settled {
            Some(Gate::Open(address)) => Ok(Passage { address, opened: Opened::JustNow }),
            Some(Gate::Refuse(cause)) => Err(Instead::Platform(cause)),
            // The conductor is gone, and with it the app.
            Some(Gate::Hold(_)) | None => Err(Instead::Platform(Cause::Unreachable)),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asks {
    Nothing,
    Wake,
}

/// A place among the held requests; free again when dropped.
struct HeldPlace<'a>(&'a AtomicU64);

impl<'a> HeldPlace<'a> {
    fn take(held: &'a AtomicU64, most: u32) -> Option<Self> {
        let before = held.fetch_add(1, Relaxed);
        let place = Self(held);
        (before < u64::from(most)).then_some(place)
    }
}

impl Drop for HeldPlace<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

/// Ends when the client leaves. Keeps up to `most` bytes of what it sends; the rest stays in its socket.
async fn left<C: Stream>(client: &mut Wire<C>, most: usize) {
    poll_fn(|cx| {
        while client.input.len() < most {
            if !matches!(ready!(client.poll_fill(cx, most)), Ok(Fill::Bytes)) {
                return Poll::Ready(());
            }
        }
        Poll::Pending
    })
    .await;
}
