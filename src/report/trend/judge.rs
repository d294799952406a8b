//! What kind of growth a row of needs is, told from its shape alone.

use super::TrendKind;
use super::rank::{Slope, rising, slope};

/// Into so many windows a stretch is cut. Rank statistics hold from ten values on (Gilbert 1987, section 16.4);
/// this many give thirds of six.
pub(super) const WINDOWS: usize = 18;
const THIRD: usize = 6;

/// From here on, in standard deviations, values are said to rise: one chance in a hundred that they do not.
const SURE: f64 = 2.33;
/// The same for the end alone, which has fewer values: one in twenty.
const LIKELY: f64 = 1.64;
/// Growth below this many bytes is not told from the noise of a kernel's counters, however sure it is.
pub(super) const LEAST: f64 = 1_048_576.0;
/// A last third this much slower than the first one flattens; a line would be as fast.
const FLATTER: f64 = 0.6;

/// What the middle needs of the windows say. Needs in bytes, slopes in bytes per window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Judged {
    pub(super) kind: TrendKind,
    /// Of the whole, or of the last third where the growth flattens.
    pub(super) slope: Slope,
}

/// Judges a row of [`WINDOWS`] needs. `quiet` is the growth, in bytes, below which a row without a trend is called
/// steady.
pub(super) fn judge(needs: &[f64], quiet: f64) -> Judged {
    let whole = slope(needs);
    let sure = rising(needs);
    let kind = if sure >= SURE {
        return upwards(needs, whole);
    } else if sure <= -SURE && -whole.middle * steps(needs) >= LEAST {
        TrendKind::Falling
    } else if whole.high * steps(needs) <= quiet {
        TrendKind::Steady
    } else {
        TrendKind::Unclear
    };
    Judged { kind, slope: whole }
}

fn upwards(needs: &[f64], whole: Slope) -> Judged {
    let (half, third) = (&needs[needs.len() / 2..], &needs[needs.len() - THIRD..]);
    let (first, last) = (slope(&needs[..THIRD]), slope(third));
    let growth = whole.middle * steps(needs);
    // What comes and goes is no growth yet, however high it stands at the end.
    let kind = if growth < LEAST || given_back(needs) > growth / 3.0 {
        TrendKind::Unclear
    } else if in_one_go(needs) {
        if goes_on(third, whole) { TrendKind::Unclear } else { TrendKind::Step }
    } else if last.middle < FLATTER * first.middle && last.high < first.low {
        return Judged { kind: TrendKind::Flattening, slope: last };
    } else if goes_on(half, whole) && last.middle >= whole.middle / 2.0 {
        TrendKind::Leak
    } else {
        TrendKind::Unclear
    };
    Judged { kind, slope: whole }
}

/// Whether the end of a row rises by itself, at no less than half the rate of the whole.
fn goes_on(end: &[f64], whole: Slope) -> bool {
    rising(end) >= LIKELY && slope(end).middle >= whole.middle / 2.0
}

/// The greatest fall from any need to a later one.
fn given_back(needs: &[f64]) -> f64 {
    let mut most = f64::NEG_INFINITY;
    let falls = needs.iter().map(|need| {
        most = most.max(*need);
        most - need
    });
    falls.fold(0.0, f64::max)
}

/// Whether more than half of the rise came within two windows, and not just before the end.
fn in_one_go(needs: &[f64]) -> bool {
    let all = needs.last().copied().unwrap_or_default() - needs.first().copied().unwrap_or_default();
    let jumps = needs.windows(3).map(|three| three[2] - three[0]);
    let ended = needs.len().saturating_sub(THIRD - 1);
    jumps.take(ended).any(|jump| jump > all / 2.0)
}

/// How often one window follows another.
#[expect(clippy::cast_precision_loss, reason = "a few windows")]
pub(super) fn steps(needs: &[f64]) -> f64 {
    needs.len().saturating_sub(1) as f64
}
