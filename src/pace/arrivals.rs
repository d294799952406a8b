use crate::scenario::Rate;
use crate::units::Elapsed;

/// The moments at which requests come by the clock, at a rate that is constant or changes in a straight line.
///
/// With the rate `r(t) = a + (b - a) t / T`, so many requests are due before `t`:
/// `N(t) = a t + (b - a) t² / 2T`. Request number `n`, counted from zero, is due when `N(t) = n`, hence
/// at `t = 2 n / (a + √(a² + 2 (b - a) n / T))`: the root in the form that loses no digits when `a` and
/// `b` are close. Nothing is added up on the way, so nothing drifts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Arrivals {
    from: f64,
    to: f64,
    lasts: Elapsed,
    count: u64,
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts and times of a phase are far below 2^53, and never negative"
)]
impl Arrivals {
    pub(super) fn new(from: Rate, to: Rate, lasts: Elapsed) -> Self {
        let mut arrivals = Self { from: from.0, to: to.0, lasts, count: 0 };
        // The first one is due at zero, so one that is begun counts; what is beyond by rounding does not.
        let integral = arrivals.integral(lasts.secs_f64());
        arrivals.count = (integral - integral * 1e-12 - 1e-9).ceil().max(0.0) as u64;
        arrivals
    }

    /// How many there are in all.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// Requests per second, on average.
    pub(super) fn rate(&self) -> f64 {
        f64::midpoint(self.from, self.to)
    }

    /// When number `n` is due, counted from zero.
    pub(super) fn due(&self, n: u64) -> Elapsed {
        let n = n as f64;
        let bent = (self.to - self.from) * n * 2.0 / self.lasts.secs_f64();
        let root = (self.from * self.from + bent).max(0.0).sqrt();
        Elapsed::from_micros((n * 2.0 / (self.from + root) * 1e6).round() as u64)
    }

    /// How many are due at `now` or before.
    pub(super) fn due_by(&self, now: Elapsed) -> u64 {
        if now >= self.lasts {
            return self.count;
        }
        // Times are rounded to microseconds, so the integral may be one off on either side.
        let mut n = (self.integral(now.secs_f64()) as u64).min(self.count);
        while n < self.count && self.due(n) <= now {
            n += 1;
        }
        while n > 0 && self.due(n - 1) > now {
            n -= 1;
        }
        n
    }

    /// `N(t)`.
    fn integral(&self, t: f64) -> f64 {
        let total = self.lasts.secs_f64();
        if total > 0.0 { t * self.from + (self.to - self.from) * t * t / 2.0 / total } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_constant_rate_comes_like_a_clock() {
        let arrivals = Arrivals::new(Rate(20.0), Rate(20.0), Elapsed::from_secs(120));
        assert_eq!(arrivals.count(), 2_400);
        assert_eq!(arrivals.due(0), Elapsed::ZERO);
        assert_eq!(arrivals.due(2_399), Elapsed::from_millis(119_950));
    }

    #[test]
    fn a_slow_rate_sends_at_least_once() {
        assert_eq!(Arrivals::new(Rate(0.01), Rate(0.01), Elapsed::from_secs(10)).count(), 1);
        assert_eq!(Arrivals::new(Rate(3.0), Rate(3.0), Elapsed::from_millis(500)).count(), 2);
        assert_eq!(Arrivals::new(Rate(3.0), Rate(3.0), Elapsed::ZERO).count(), 0);
    }

    #[test]
    fn a_ramp_solves_its_integral() {
        // From 0.5 to 10.5 per second over 10 s: N(t) = t / 2 + t² / 2, so 15 are due at t = 5.
        let arrivals = Arrivals::new(Rate(0.5), Rate(10.5), Elapsed::from_secs(10));
        assert_eq!(arrivals.count(), 55);
        assert_eq!(arrivals.due(15), Elapsed::from_secs(5));
        // And downwards: N(t) = 10.5 t - t² / 2, so 40 are due at t = 5.
        let arrivals = Arrivals::new(Rate(10.5), Rate(0.5), Elapsed::from_secs(10));
        assert_eq!(arrivals.due(40), Elapsed::from_secs(5));
    }

    fn rates() -> impl Strategy<Value = f64> {
        prop_oneof![0.01..10.0_f64, 10.0..1e4_f64, Just(1e6), Just(100.0)]
    }

    proptest! {
        #[test]
        fn moments_never_go_back_and_stay_inside(from in rates(), to in rates(), ms in 1_u64..20_000, n in 0_u64..1_000) {
            let arrivals = Arrivals::new(Rate(from), Rate(to), Elapsed::from_millis(ms));
            let n = n.min(arrivals.count().saturating_sub(2));
            for n in [n, arrivals.count().saturating_sub(2)] {
                prop_assert!(arrivals.due(n) <= arrivals.due(n + 1));
            }
            prop_assert!(arrivals.count() == 0 || arrivals.due(arrivals.count() - 1) <= Elapsed::from_millis(ms));
        }

        #[test]
        fn there_are_as_many_as_the_integral_of_the_rate(from in rates(), to in rates(), ms in 1_u64..100_000) {
            let arrivals = Arrivals::new(Rate(from), Rate(to), Elapsed::from_millis(ms));
            #[expect(clippy::cast_precision_loss, reason = "small numbers")]
            let (count, seconds) = (arrivals.count() as f64, ms as f64 / 1e3);
            prop_assert!((count - f64::midpoint(from, to) * seconds).abs() <= 1.0);
        }

        #[test]
        fn what_is_due_by_now_is_what_was_due_before(from in rates(), to in rates(), ms in 1_u64..20_000, at in 0.0..1.1_f64) {
            let lasts = Elapsed::from_millis(ms);
            let arrivals = Arrivals::new(Rate(from), Rate(to), lasts);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "small numbers")]
            let now = Elapsed::from_micros((lasts.micros() as f64 * at) as u64);
            let n = arrivals.due_by(now);
            prop_assert!(n == 0 || arrivals.due(n - 1) <= now.max(lasts));
            prop_assert!(n == arrivals.count() || arrivals.due(n) > now);
        }
    }
}
