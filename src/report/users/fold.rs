use std::collections::BTreeMap;

use super::PerUser;
use super::ladder::Ladder;
use super::{Amount, AtKill, CacheUse, Most, Users, ValueUse};
use crate::event::{CacheSize, Event, Exit, ExitCause, GaugeValue, Gauges, InstanceId, Kind, Sample};
use crate::units::Elapsed;

/// A kill breaks its WebSockets, which may be told before the kill is: what was told this long before it stands.
const STALE: Elapsed = Elapsed::from_millis(1_500);

/// Folds gauges, samples and kills into [`Users`].
#[derive(Debug, Clone, Default)]
pub(in crate::report) struct UsersFold {
    /// What was told last, when, and what before that.
    now: (Elapsed, Gauges),
    before: Gauges,
    sockets: Most,
    app: Option<Most>,
    at_kills: Vec<AtKill>,
    caches: BTreeMap<String, (Amount, Elapsed)>,
    values: BTreeMap<String, ValueUse>,
    /// Of each instance, by the front door's count and by the app's.
    ladders: BTreeMap<InstanceId, [Ladder; 2]>,
    anything: bool,
}

impl UsersFold {
    pub(in crate::report) fn add(&mut self, event: &Event) {
        match &event.kind {
            Kind::Gauges(gauges) => self.gauges(event.at, gauges),
            Kind::Sample(sample) => self.sample(sample),
            Kind::Exited(Exit { cause: ExitCause::OutOfMemory | ExitCause::KilledFromOutside, .. })
            | Kind::ChildOutOfMemory { .. } => self.kill(event.at),
            _ => {}
        }
    }

    fn gauges(&mut self, at: Elapsed, gauges: &Gauges) {
        self.anything |= gauges.sockets > 0 || gauges.users.is_some();
        raise(&mut self.sockets, gauges.sockets, at);
        if let Some(users) = gauges.users {
            raise(self.app.get_or_insert(Most { users: 0, at }), users, at);
        }
        for cache in &gauges.caches {
            self.anything = true;
            let (most, when) = self.caches.entry(cache.name.clone()).or_insert((amount(cache.holds), at));
            if amount(cache.holds) > *most {
                (*most, *when) = (amount(cache.holds), at);
            }
        }
        for value in &gauges.values {
            self.anything = true;
            self.value(value);
        }
        let (_, last) = std::mem::replace(&mut self.now, (at, gauges.clone()));
        // What else is told says nothing of how many were there before.
        if (last.sockets, last.users) != (gauges.sockets, gauges.users) {
            self.before = last;
        }
    }

    fn value(&mut self, told: &GaugeValue) {
        let GaugeValue { name, value, unit } = told;
        let first = || ValueUse { name: name.clone(), unit: unit.clone(), least: *value, most: *value, last: *value };
        let seen = self.values.entry(name.clone()).or_insert_with(first);
        (seen.least, seen.most, seen.last) = (seen.least.min(*value), seen.most.max(*value), *value);
    }

    fn sample(&mut self, sample: &Sample) {
        let [door, app] = self.ladders.entry(sample.instance).or_default();
        door.users(self.now.1.sockets);
        app.users(self.now.1.users.unwrap_or_default());
        door.need(sample.need);
        app.need(sample.need);
    }

    fn kill(&mut self, at: Elapsed) {
        let (told, now) = &self.now;
        let fresh = at.since(*told) < STALE;
        let sockets = if fresh { now.sockets.max(self.before.sockets) } else { now.sockets };
        let app = if fresh { now.users.max(self.before.users) } else { now.users };
        self.at_kills.push(AtKill { at, sockets, app });
    }

    /// `None` for a run in which nobody was connected and the app told nothing.
    pub(in crate::report) fn users(&self) -> Option<Users> {
        let cache =
            |(name, (most, at)): (&String, &(Amount, Elapsed))| CacheUse { name: name.clone(), most: *most, at: *at };
        self.anything.then(|| Users {
            sockets: self.sockets,
            app: self.app,
            at_kills: self.at_kills.clone(),
            per_user: self.per_user(),
            caches: self.caches.iter().map(cache).collect(),
            values: self.values.values().cloned().collect(),
        })
    }

    /// By the highest ladder. Of two as high the front door's: it is told each second.
    fn per_user(&self) -> Option<PerUser> {
        let ladders = self.ladders.values().flatten();
        ladders.reduce(|best, next| if next.height() > best.height() { next } else { best })?.per_user()
    }
}

fn raise(most: &mut Most, users: u64, at: Elapsed) {
    if users > most.users {
        *most = Most { users, at };
    }
}

fn amount(size: CacheSize) -> Amount {
    match size {
        CacheSize::Bytes(size) => Amount::Bytes(size),
        CacheSize::Entries(number) => Amount::Entries(number),
    }
}
