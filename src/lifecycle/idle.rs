use crate::spec::SleepRules;
use crate::units::Elapsed;

/// The platform never looks at an app more often than this.
const LOOK_PAUSE: Elapsed = Elapsed::from_millis(10);

/// When the platform looks next whether somebody is there.
///
/// Idleness is counted from the last sign of somebody, and from the moment the app was ready at the
/// earliest, so that an app never falls asleep right after it woke.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Idle {
    ready: Elapsed,
    look: Look,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    /// Looks at this moment.
    At(Elapsed),
    /// Has asked, and waits for the reading.
    Asked,
}

impl Idle {
    /// The app became ready.
    pub fn new(ready: Elapsed, rules: &SleepRules) -> Self {
        let mut idle = Self { ready, look: Look::Asked };
        idle.look = Look::At(idle.look_after(ready, rules));
        idle
    }

    /// When to look, unless the reading is awaited.
    pub fn due(&self) -> Option<Elapsed> {
        match self.look {
            Look::At(at) => Some(at),
            Look::Asked => None,
        }
    }

    /// The meter is being read.
    pub fn asked(&mut self) {
        self.look = Look::Asked;
    }

    /// The meter was read: `last` is the last sign of somebody, `None` when somebody is there now.
    /// Returns whether the app has been idle for long enough; otherwise looks again later.
    pub fn reading(&mut self, now: Elapsed, last: Option<Elapsed>, rules: &SleepRules) -> bool {
        let since = last.unwrap_or(now).max(self.ready);
        self.look = Look::At(self.look_after(since, rules).max(now + LOOK_PAUSE));
        last.is_some() && now >= since + rules.after
    }

    /// The first look at which an app idle since `last` has been so for long enough. Looks stand on
    /// a grid of `check_every` that begins when the app was ready.
    fn look_after(&self, last: Elapsed, rules: &SleepRules) -> Elapsed {
        let earliest = last + rules.after;
        let step = rules.check_every.micros();
        match earliest.since(self.ready).micros() {
            _ if step == 0 => earliest,
            awake => self.ready + Elapsed::from_micros(awake.div_ceil(step).saturating_mul(step)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn secs(secs: u64) -> Elapsed {
        Elapsed::from_secs(secs)
    }

    fn rules(after: u64, check_every: u64) -> SleepRules {
        SleepRules { after: secs(after), check_every: secs(check_every), counts: Vec::new() }
    }

    #[test]
    fn the_first_look_comes_when_it_could_sleep_at_the_earliest() {
        assert_eq!(Idle::new(secs(100), &rules(15, 0)).due(), Some(secs(115)));
        assert_eq!(Idle::new(secs(100), &rules(15, 10)).due(), Some(secs(120)), "on the grid of the platform's looks");
    }

    #[test]
    fn a_visit_moves_the_look_to_the_end_of_its_own_idle_time() {
        let rules = rules(15, 0);
        let mut idle = Idle::new(secs(100), &rules);
        assert!(!idle.reading(secs(115), Some(secs(110)), &rules));
        assert_eq!(idle.due(), Some(secs(125)));
        assert!(idle.reading(secs(125), Some(secs(110)), &rules));
    }

    #[test]
    fn a_visitor_who_is_still_there_keeps_it_awake() {
        let rules = rules(15, 0);
        let mut idle = Idle::new(secs(0), &rules);
        assert!(!idle.reading(secs(15), None, &rules));
        assert_eq!(idle.due(), Some(secs(30)));
    }

    #[test]
    fn a_sign_from_before_the_wake_does_not_count() {
        let rules = rules(15, 0);
        let mut idle = Idle::new(secs(100), &rules);
        assert!(!idle.reading(secs(101), Some(secs(1)), &rules));
        assert_eq!(idle.due(), Some(secs(115)));
    }

    #[test]
    fn a_plan_without_patience_sleeps_at_once_but_never_on_a_visitor() {
        let rules = rules(0, 0);
        let mut idle = Idle::new(secs(1), &rules);
        idle.asked();
        assert_eq!(idle.due(), None);
        assert!(!idle.reading(secs(1), None, &rules));
        assert_eq!(idle.due(), Some(secs(1) + LOOK_PAUSE), "and it looks again after a pause");
        assert!(idle.reading(secs(1), Some(secs(1)), &rules));
    }
}
