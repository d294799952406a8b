use crate::event::Shortfall;
use crate::units::Elapsed;

/// Growth below this share of what was due is the chance of the moment at which one looks.
const NOISE: f64 = 0.05;

/// The generator has no more to give above this share of a core.
const WHOLE_CORE: f64 = 0.9;

/// How far requests had come at a moment of a phase.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Mark {
    /// Were due by then.
    pub(super) due: u64,
    /// Of those, had been carried out: with an answer, or with a failure that is not for want of speed.
    pub(super) carried_out: u64,
}

impl Mark {
    fn open(self) -> u64 {
        self.due.saturating_sub(self.carried_out)
    }
}

/// What is known of a phase that was paced by the clock, when its time is up.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Facts {
    /// Half way. What opens up before belongs to the app's getting into step.
    pub(super) half: Mark,
    /// When its time was up.
    pub(super) end: Mark,
    /// Requests that were never sent, not even later.
    pub(super) unsent: u64,
    /// Requests sent late although a connection was to be had.
    pub(super) tardy: u64,
    /// Requests sent late because all connections were taken.
    pub(super) blocked: u64,
    /// CPU time of the generator.
    pub(super) cpu: Elapsed,
    /// How long it took.
    pub(super) lasted: Elapsed,
}

/// Who is to blame when less was carried out than was asked for; `None` when it was carried out.
///
/// Less was carried out when requests were never sent, or when more of them were open at the end than
/// half way: an app that keeps step with its visitors has about as many open at any time. The
/// generator is to blame when it used up its core, or when it was late with free connections more
/// often than for want of one. Else the app is.
pub(super) fn judge(facts: &Facts) -> Option<Shortfall> {
    let since_half = facts.end.due.saturating_sub(facts.half.due);
    let growth = facts.end.open().saturating_sub(facts.half.open());
    if facts.unsent == 0 && float(growth) <= (float(since_half) * NOISE).max(2.0) {
        return None;
    }
    let busy = facts.cpu.secs_f64() >= facts.lasted.secs_f64() * WHOLE_CORE && facts.lasted > Elapsed::ZERO;
    let late = facts.tardy > facts.blocked && float(facts.tardy) > float(facts.end.due) * NOISE;
    Some(if busy || late { Shortfall::Generator } else { Shortfall::App })
}

#[expect(clippy::cast_precision_loss, reason = "nobody sends 2^53 requests")]
fn float(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A minute at 100 per second.
    fn facts(carried_out: (u64, u64)) -> Facts {
        Facts {
            half: Mark { due: 3_000, carried_out: carried_out.0 },
            end: Mark { due: 6_000, carried_out: carried_out.1 },
            cpu: Elapsed::from_secs(3),
            lasted: Elapsed::from_secs(60),
            ..Facts::default()
        }
    }

    #[test]
    fn the_table() {
        let app = Some(Shortfall::App);
        let generator = Some(Shortfall::Generator);
        let all = facts((3_000, 6_000));
        for (what, facts, verdict) in [
            ("all carried out", all, None),
            ("a slow app that keeps step has as many open at the end as half way", facts((2_500, 5_500)), None),
            ("a few more open at the end", facts((2_990, 5_900)), None),
            ("a tenth of what is asked", facts((300, 600)), app),
            ("nothing at all", facts((0, 0)), app),
            ("a little less than is asked, all the time", facts((2_800, 5_600)), app),
            ("fell behind only in the second half", facts((3_000, 5_700)), app),
            ("connections were all taken", Facts { blocked: 5_000, ..facts((300, 600)) }, app),
            ("some were never sent", Facts { unsent: 1, blocked: 9, ..all }, app),
            ("late with free connections", Facts { tardy: 4_000, ..facts((1_000, 2_000)) }, generator),
            (
                "late, but more often for want of a connection",
                Facts { tardy: 400, blocked: 4_000, ..facts((300, 600)) },
                app,
            ),
            ("a few late ones explain nothing", Facts { tardy: 30, ..facts((300, 600)) }, app),
            (
                "the core is used up",
                Facts { cpu: Elapsed::from_secs(57), blocked: 900, ..facts((300, 600)) },
                generator,
            ),
            ("late, but all carried out", Facts { tardy: 6_000, ..all }, None),
            ("busy, but all carried out", Facts { cpu: Elapsed::from_secs(60), ..all }, None),
        ] {
            assert_eq!(judge(&facts), verdict, "{what}");
        }
    }

    #[test]
    fn a_handful_of_requests_is_judged_too() {
        // Ten requests in a second; the app answers one.
        let half = Mark { due: 5, carried_out: 0 };
        let facts = Facts { half, end: Mark { due: 10, carried_out: 1 }, ..Facts::default() };
        assert_eq!(judge(&facts), Some(Shortfall::App));
        assert_eq!(judge(&Facts::default()), None);
    }
}
