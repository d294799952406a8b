//! Student's t distribution, as far as an interval needs it.

/// How far from the middle one has to go, in standard errors, so that a share of `confidence` (0.99) of
/// Student's t distribution with `freedom` degrees of freedom lies within. Both tails are left out alike.
///
/// `freedom` need not be whole. Found by halving: the distribution function rises steadily.
pub fn reach(confidence: f64, freedom: f64) -> f64 {
    let within = |t: f64| 1.0 - tails(t, freedom);
    let mut high = 1.0;
    while within(high) < confidence && high < 1e12 {
        high *= 2.0;
    }
    let mut low = 0.0;
    for _ in 0..48 {
        let middle = f64::midpoint(low, high);
        if within(middle) < confidence { low = middle } else { high = middle }
    }
    high
}

/// The share of the distribution farther than `t` from the middle, on both sides together:
/// I_x(ν/2, 1/2) with x = ν / (ν + t²) (Abramowitz and Stegun, 26.5.27).
fn tails(t: f64, freedom: f64) -> f64 {
    incomplete_beta(freedom / (freedom + t * t), freedom / 2.0, 0.5)
}

/// The regularized incomplete beta function I_x(a, b), by its continued fraction (NIST Digital Library
/// of Mathematical Functions, 8.17.22), on the side of the symmetry I_x(a, b) = 1 − I_1−x(b, a) where it
/// converges quickly.
fn incomplete_beta(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - incomplete_beta(1.0 - x, b, a);
    }
    let front = (a * x.ln() + b * (1.0 - x).ln() + ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b)).exp() / a;
    front * fraction(x, a, b)
}

/// The continued fraction 1 / (1 + d1 / (1 + d2 / …)), by Lentz's method as Thompson and Barnett (1986) mended it.
fn fraction(x: f64, a: f64, b: f64) -> f64 {
    let mut product = Convergent::new(1.0 - (a + b) * x / (a + 1.0));
    for step in 1..500 {
        let at = f64::from(step);
        let even = at * (b - at) * x / ((a + 2.0 * at - 1.0) * (a + 2.0 * at));
        let odd = -(a + at) * (a + b + at) * x / ((a + 2.0 * at) * (a + 2.0 * at + 1.0));
        let change = product.extend(even) * product.extend(odd);
        if (change - 1.0).abs() < 1e-14 {
            break;
        }
    }
    product.value
}

/// A continued fraction as far as it is known, with the two ratios that Lentz's method carries along.
struct Convergent {
    value: f64,
    above: f64,
    below: f64,
}

impl Convergent {
    fn new(first: f64) -> Self {
        let below = 1.0 / not_zero(first);
        Self { value: below, above: 1.0, below }
    }

    /// Adds one term, and tells by which factor that changed the value.
    fn extend(&mut self, term: f64) -> f64 {
        self.below = 1.0 / not_zero(1.0 + term * self.below);
        self.above = not_zero(1.0 + term / self.above);
        let change = self.above * self.below;
        self.value *= change;
        change
    }
}

fn not_zero(value: f64) -> f64 {
    const TINY: f64 = 1e-300;
    if value.abs() < TINY { TINY } else { value }
}

/// The logarithm of the gamma function for positive arguments: the series of Lanczos (1964) with g = 7
/// and nine terms, right to about 15 digits.
fn ln_gamma(x: f64) -> f64 {
    const TERMS: [f64; 8] = [
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    let x = x - 1.0;
    let mut sum = 0.999_999_999_999_809_9;
    let mut at = x;
    for term in TERMS {
        at += 1.0;
        sum += term / at;
    }
    let base = x + 7.5;
    0.5 * (2.0 * std::f64::consts::PI).ln() + (x + 0.5) * base.ln() - base + sum.ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_student_is_reproduced() {
        let table = [
            (0.95, 1.0, 12.706),
            (0.95, 2.0, 4.303),
            (0.95, 4.0, 2.776),
            (0.99, 4.0, 4.604),
            (0.99, 10.0, 3.169),
            (0.999, 5.0, 6.869),
            (0.95, 30.0, 2.042),
            (0.50, 7.0, 0.711),
            (0.95, 1e6, 1.960),
        ];
        for (confidence, freedom, expected) in table {
            let found = reach(confidence, freedom);
            assert!((found - expected).abs() < 6e-4, "{confidence} of {freedom}: {found}, the table has {expected}");
        }
    }

    #[test]
    fn freedom_need_not_be_whole() {
        let (two, between, three) = (reach(0.95, 2.0), reach(0.95, 2.5), reach(0.95, 3.0));
        assert!(two > between && between > three);
        // Two degrees of freedom have a closed form: t = u / sqrt(1 − u²) · sqrt(2), for a share u within.
        let u: f64 = 0.95;
        assert!((two - u * (2.0 / (1.0 - u * u)).sqrt()).abs() < 1e-9);
    }

    #[test]
    fn the_gamma_function_knows_factorials() {
        for (x, expected) in [(1.0, 1.0), (5.0, 24.0), (0.5, std::f64::consts::PI.sqrt()), (11.0, 3_628_800.0_f64)] {
            assert!((ln_gamma(x) - expected.ln()).abs() < 1e-12, "gamma of {x}");
        }
    }
}
