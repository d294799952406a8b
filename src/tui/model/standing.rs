use crate::event::{Event, Kind, State, Why};
use crate::spec::{IdleSignal, SleepRules};
use crate::units::Elapsed;

/// Where the app stands with its platform, and what comes next by itself.
#[derive(Debug, Clone, Default)]
pub(in crate::tui) struct Standing {
    state: Option<(State, Why)>,
    since: Elapsed,
    sleep: Option<SleepRules>,
    /// The last sign of a visitor that counts on this plan.
    sign: Elapsed,
    sockets: u64,
    messages: u64,
    pings: u64,
    sent: Option<u64>,
    awake: Elapsed,
}

impl Standing {
    pub(super) fn add(&mut self, event: &Event) {
        match &event.kind {
            Kind::Header(header) => self.sleep.clone_from(&header.spec.sleep),
            Kind::State { to, why, .. } => self.change(event.at, *to, why),
            Kind::Request(_) if self.counts(IdleSignal::Request) => self.sign = event.at,
            Kind::Sample(sample) if self.counts(IdleSignal::Outbound) => self.packets(event.at, sample.sent),
            Kind::Gauges(gauges) => {
                let silent = (gauges.messages == self.messages || !self.counts(IdleSignal::WebsocketMessage))
                    && (gauges.pings == self.pings || !self.counts(IdleSignal::WebsocketPing))
                    && (gauges.sockets == self.sockets || !self.counts(IdleSignal::WebsocketOpen));
                if !silent {
                    self.sign = event.at;
                }
                (self.sockets, self.messages, self.pings) = (gauges.sockets, gauges.messages, gauges.pings);
            }
            _ => {}
        }
    }

    /// Not every sample tells packets.
    fn packets(&mut self, at: Elapsed, sent: Option<u64>) {
        if sent.is_some() && sent != self.sent {
            (self.sign, self.sent) = (at, sent);
        }
    }

    fn change(&mut self, at: Elapsed, to: State, why: &Why) {
        self.awake = self.awake(at);
        if to == State::Serving {
            self.sign = at;
        }
        (self.state, self.since) = (Some((to, why.clone())), at);
    }

    fn counts(&self, signal: IdleSignal) -> bool {
        self.sleep.as_ref().is_some_and(|rules| rules.counts.contains(&signal))
    }

    /// The state and why it has it; `None` before the first one.
    pub(in crate::tui) fn state(&self) -> Option<(State, &Why)> {
        self.state.as_ref().map(|(state, why)| (*state, why))
    }

    /// For how long it has been so.
    pub(in crate::tui) fn lasted(&self, now: Elapsed) -> Elapsed {
        now.since(self.since)
    }

    /// Time that counts against a month's hours: all of it but that spent asleep, suspended or gone.
    pub(in crate::tui) fn awake(&self, now: Elapsed) -> Elapsed {
        match self.state {
            None | Some((State::Asleep | State::Suspended | State::Gone, _)) => self.awake,
            Some(_) => self.awake + now.since(self.since),
        }
    }

    /// How long until the app sleeps if nobody comes; `None` where it does not, or somebody is there.
    pub(in crate::tui) fn sleeps_in(&self, now: Elapsed) -> Option<Elapsed> {
        let rules = self.sleep.as_ref()?;
        let serving = matches!(self.state, Some((State::Serving, _)));
        (serving && !self.kept_awake()).then(|| (self.sign + rules.after).since(now))
    }

    /// Whether open connections alone keep the app awake.
    pub(in crate::tui) fn kept_awake(&self) -> bool {
        self.sockets > 0 && self.counts(IdleSignal::WebsocketOpen)
    }
}
