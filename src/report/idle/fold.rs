use std::collections::BTreeMap;

use super::spans::Spans;
use super::{Cause, Hours, Idle, MONTH_HOURS, Sign};
use crate::event::{Event, Gauges, Header, InstanceId, Kind, Request, Sample, State};
use crate::profile::IdleSignal;
use crate::units::Elapsed;

/// So many sorts of requests are told apart.
const SORTS: usize = 40;
/// So many moments of a cause are kept to see its rhythm: the first ones.
const MOMENTS: usize = 1_000;
/// What an app sends in this time belongs together.
const BURST: Elapsed = Elapsed::from_secs(1);
/// Fewer show no rhythm.
const RHYTHM: usize = 4;

/// Folds requests, gauges and states into [`Idle`].
#[derive(Debug, Clone, Default)]
pub(in crate::report) struct IdleFold {
    after: Option<Elapsed>,
    counts: Vec<IdleSignal>,
    hours: Option<u32>,
    warped: bool,
    state: Option<(Elapsed, State)>,
    at: Elapsed,
    serving: Spans,
    awake: Elapsed,
    seen: BTreeMap<Sign, Seen>,
    told: (Elapsed, Gauges),
    sent: Option<(InstanceId, u64)>,
    ignored: BTreeMap<IdleSignal, u64>,
}

/// One cause in the making.
#[derive(Debug, Clone, Default)]
struct Seen {
    count: u64,
    moments: Vec<Elapsed>,
    spans: Spans,
}

impl IdleFold {
    pub(in crate::report) fn begin(&mut self, header: &Header) {
        let spec = &header.spec;
        self.after = spec.sleep.as_ref().map(|sleep| sleep.after);
        self.counts = spec.sleep.as_ref().map(|sleep| sleep.counts.clone()).unwrap_or_default();
        (self.hours, self.warped) = (spec.quota.hours, spec.warp > 1);
    }

    pub(in crate::report) fn add(&mut self, event: &Event) {
        self.at = self.at.max(event.at);
        match &event.kind {
            Kind::State { to, .. } => self.enter(event.at, *to),
            Kind::Request(request) => self.request(request),
            Kind::Gauges(gauges) => self.gauges(event.at, gauges),
            Kind::Sample(sample) => self.packets(event.at, sample),
            _ => {}
        }
    }

    fn enter(&mut self, at: Elapsed, to: State) {
        let (since, before) = self.state.replace((at, to)).unwrap_or((at, to));
        self.pass(before, since, at);
    }

    fn pass(&mut self, state: State, from: Elapsed, to: Elapsed) {
        if matches!(state, State::Serving | State::Draining) {
            self.serving.add(from, to);
        }
        if !matches!(state, State::Asleep | State::Suspended | State::Gone) {
            self.awake += to.since(from);
        }
    }

    /// A handshake is a request until it is answered; what comes then is told by the gauges.
    fn request(&mut self, request: &Request) {
        let ends = match (request.client, request.first_byte) {
            (crate::event::ClientKind::Websocket, Some(answered)) => request.arrived + answered,
            _ => request.arrived + request.total,
        };
        let (method, path) = (request.method.clone(), request.path.clone());
        let sort = Sign::Request { client: request.client, asker: request.asker.clone(), method, path };
        let known = self.seen.len() < SORTS || self.seen.contains_key(&sort);
        let sign = if known { sort } else { Sign::OtherRequests };
        self.sign(IdleSignal::Request, sign, (request.arrived, ends), 1);
    }

    fn gauges(&mut self, at: Elapsed, now: &Gauges) {
        let (since, before) = std::mem::replace(&mut self.told, (at, now.clone()));
        let more = |now: u64, before: u64| now.saturating_sub(before);
        let (messages, pings) = (more(now.messages, before.messages), more(now.pings, before.pings));
        self.sign(IdleSignal::WebsocketMessage, Sign::Messages, (at, at), messages);
        self.sign(IdleSignal::WebsocketPing, Sign::Pings, (at, at), pings);
        if before.sockets > 0 {
            self.sign(IdleSignal::WebsocketOpen, Sign::OpenSockets, (since, at), 0);
        } else {
            self.sign(IdleSignal::WebsocketOpen, Sign::OpenSockets, (at, at), u64::from(now.sockets > 0));
        }
    }

    /// Every answer is packets too, so where these do not count nobody is told how many came.
    fn packets(&mut self, at: Elapsed, sample: &Sample) {
        let Some(sent) = sample.sent.filter(|_| self.counts.contains(&IdleSignal::Outbound)) else { return };
        let before = self.sent.replace((sample.instance, sent)).filter(|(instance, _)| *instance == sample.instance);
        // An instance that was started again counts from zero.
        let more = before.map_or(sent, |(_, before)| sent.checked_sub(before).unwrap_or(sent));
        self.sign(IdleSignal::Outbound, Sign::Packets, (at, at), more);
    }

    /// A sign from one moment to another, `count` more of its kind.
    fn sign(&mut self, signal: IdleSignal, sign: Sign, (from, to): (Elapsed, Elapsed), count: u64) {
        if count == 0 && from == to {
            return;
        }
        let Some(after) = self.after.filter(|_| self.counts.contains(&signal)) else {
            *self.ignored.entry(signal).or_default() += count;
            return;
        };
        let seen = self.seen.entry(sign).or_default();
        seen.count += count;
        seen.spans.add(from, to + after);
        // Packets come in bursts, of which the first one has the rhythm.
        let same_burst = seen.moments.last().filter(|_| signal == IdleSignal::Outbound);
        let begins = same_burst.is_none_or(|last| from.since(*last) > BURST);
        if count > 0 && begins && seen.moments.len() < MOMENTS {
            seen.moments.push(from);
        }
    }

    pub(in crate::report) fn idle(&self) -> Idle {
        let mut whole = self.clone();
        whole.enter(self.at, State::Gone);
        if self.told.1.sockets > 0 {
            whole.gauges(self.at, &self.told.1);
        }
        Idle {
            after: self.after,
            counts: self.counts.clone(),
            serving: whole.serving.length(),
            awake: whole.awake,
            causes: whole.causes(),
            ignored: if self.after.is_some() { whole.ignored } else { BTreeMap::new() },
            hours: self.hours.map(|allowed| Hours { allowed, in_a_month: self.in_a_month(whole.awake) }),
        }
    }

    fn causes(&self) -> Vec<Cause> {
        let kept: Vec<(&Sign, &Seen, Spans)> =
            self.seen.iter().map(|(sign, seen)| (sign, seen, seen.spans.within(&self.serving))).collect();
        let cause = |(at, (sign, seen, own)): (usize, &(&Sign, &Seen, Spans))| {
            let mut others = Spans::default();
            kept.iter().enumerate().filter(|(other, _)| *other != at).for_each(|(_, (_, _, spans))| others.join(spans));
            let shared = own.within(&others).length();
            Cause {
                sign: Sign::clone(sign),
                count: seen.count,
                every: every(&seen.moments),
                kept: own.length(),
                alone: own.length().since(shared),
            }
        };
        let mut causes: Vec<Cause> =
            kept.iter().enumerate().map(cause).filter(|cause| cause.kept > Elapsed::ZERO).collect();
        causes.sort_by_key(|cause| std::cmp::Reverse((cause.alone, cause.kept)));
        causes
    }

    fn in_a_month(&self, awake: Elapsed) -> Option<u32> {
        let told = !self.warped && self.at > Elapsed::ZERO;
        told.then(|| {
            let hours = u128::from(awake.micros()) * u128::from(MONTH_HOURS);
            u32::try_from(hours.div_ceil(u128::from(self.at.micros()))).unwrap_or(MONTH_HOURS)
        })
    }
}

/// The middle pause, where nine of ten pauses lie within a tenth of it.
fn every(moments: &[Elapsed]) -> Option<Elapsed> {
    if moments.len() < RHYTHM {
        return None;
    }
    let mut moments = moments.to_vec();
    moments.sort_unstable();
    let mut pauses: Vec<Elapsed> = moments.windows(2).map(|pair| pair[1].since(pair[0])).collect();
    pauses.sort_unstable();
    let middle = pauses[pauses.len() / 2];
    let near =
        |pause: &&Elapsed| pause.since(middle).max(middle.since(**pause)) <= Elapsed::from_micros(middle.micros() / 10);
    let regular = pauses.iter().filter(near).count() * 10 >= pauses.len() * 9;
    (regular && middle >= Elapsed::from_secs(1)).then_some(middle)
}
