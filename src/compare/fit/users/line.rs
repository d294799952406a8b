use serde::Serialize;

use crate::compare::statistics::reach;
use crate::units::Memory;

/// How sure the band around what a user needs is.
const CONFIDENCE: f64 = 0.95;

/// Memory over users: the straight line through what was seen, by least squares.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Line {
    /// What one more user needs, in bytes.
    pub per_user_bytes: f64,
    /// The true value lies within so many bytes on either side, with a confidence of 95 %. `None` with fewer than
    /// three points.
    pub band_bytes: Option<f64>,
    /// What the app would need without a user, in bytes, once it has had one.
    pub without_user_bytes: f64,
    /// So many points it goes through.
    pub points: usize,
    /// Users, on average over the points: where the line is known best.
    #[serde(skip)]
    middle: (f64, f64),
}

impl Line {
    /// Through these points; `None` where fewer than two different numbers of users were seen.
    #[expect(clippy::cast_precision_loss, reason = "memory and users are far below 2^53")]
    pub fn through(points: &[(u32, Memory)]) -> Option<Self> {
        let count = points.len() as f64;
        let at = |(users, need): &(u32, Memory)| (f64::from(*users), need.bytes() as f64);
        let sum = points.iter().map(at).fold((0.0, 0.0), |sum, (x, y)| (sum.0 + x, sum.1 + y));
        let middle = (sum.0 / count, sum.1 / count);
        let off = || points.iter().map(at).map(|(x, y)| (x - middle.0, y - middle.1));
        let spread: f64 = off().map(|(x, _)| x * x).sum();
        if points.len() < 2 || spread <= 0.0 {
            return None;
        }
        let slope = off().map(|(x, y)| x * y).sum::<f64>() / spread;
        let freedom = count - 2.0;
        let band = (points.len() > 2).then(|| {
            let left: f64 = off().map(|(x, y)| slope.mul_add(-x, y).powi(2)).sum();
            reach(CONFIDENCE, freedom) * (left / freedom / spread).sqrt()
        });
        let without = slope.mul_add(-middle.0, middle.1);
        Some(Self {
            per_user_bytes: slope,
            band_bytes: band,
            without_user_bytes: without,
            points: points.len(),
            middle,
        })
    }

    /// Whether users need memory at all, as far as can be told.
    pub fn rises(&self) -> bool {
        self.per_user_bytes - self.band_bytes.unwrap_or(0.0) > 0.0
    }

    /// The user with whom the app would need more than this: one more than fit under it. `None` where users need no
    /// memory that could be told from noise.
    pub fn user_beyond(&self, limit: Memory) -> Option<u32> {
        self.beyond(limit, self.per_user_bytes)
    }

    /// The same for the ends of the band: the first user it may be, and the last.
    pub fn users_beyond(&self, limit: Memory) -> Option<(u32, u32)> {
        let band = self.band_bytes?;
        Some((self.beyond(limit, self.per_user_bytes + band)?, self.beyond(limit, self.per_user_bytes - band)?))
    }

    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "held between one and what an integer holds"
    )]
    fn beyond(&self, limit: Memory, slope: f64) -> Option<u32> {
        let room = limit.bytes() as f64 - self.middle.1;
        let fit = (self.middle.0 + room / slope).floor();
        self.rises().then(|| (fit + 1.0).clamp(1.0, f64::from(u32::MAX)) as u32)
    }
}
