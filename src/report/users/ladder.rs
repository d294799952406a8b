use serde::Serialize;

use crate::report::memory::bytes;
use crate::units::Memory;

/// Fewer steps than this say too little about what a user costs.
const STEPS: usize = 4;
/// Standard deviations of the normal distribution within which 95 % lie.
const NORMAL_95: f64 = 1.96;

/// What each user costs: by how much the need rose with every user more, within one instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PerUser {
    /// The middle one of all slopes between two steps (Theil and Sen).
    #[serde(rename = "need_bytes", serialize_with = "bytes")]
    pub need: Memory,
    /// Its band of 95 %, by ranks.
    #[serde(rename = "low_bytes", serialize_with = "bytes")]
    pub low: Memory,
    /// The other end of the band.
    #[serde(rename = "high_bytes", serialize_with = "bytes")]
    pub high: Memory,
    /// How many numbers of users it rests on.
    pub steps: u64,
}

/// The need at each new high of users. A number that was there before says nothing: those who left may have
/// left their memory behind.
#[derive(Debug, Clone, Default)]
pub(super) struct Ladder {
    steps: Vec<(u64, Memory)>,
    users: u64,
}

impl Ladder {
    pub(super) fn users(&mut self, users: u64) {
        self.users = users;
    }

    /// The need now. The last one while a high lasts is what these users came to.
    pub(super) fn need(&mut self, need: Memory) {
        match self.steps.last_mut() {
            Some((top, at_top)) if *top == self.users => *at_top = need,
            Some((top, _)) if *top > self.users => {}
            _ if self.users > 0 => self.steps.push((self.users, need)),
            _ => {}
        }
    }

    pub(super) fn height(&self) -> usize {
        self.steps.len()
    }

    pub(super) fn per_user(&self) -> Option<PerUser> {
        if self.steps.len() < STEPS {
            return None;
        }
        let mut slopes = self.slopes();
        slopes.sort_by(f64::total_cmp);
        let reach = reach(self.steps.len());
        let (count, last) = (slopes.len(), slopes.len() - 1);
        let low = count.saturating_sub(reach) / 2;
        Some(PerUser {
            need: size(f64::midpoint(slopes[last / 2], slopes[count / 2])),
            low: size(slopes[low]),
            high: size(slopes[last - low]),
            steps: self.steps.len() as u64,
        })
    }

    #[expect(clippy::cast_precision_loss, reason = "nobody has 2^53 users, or bytes of memory")]
    fn slopes(&self) -> Vec<f64> {
        let pairs = self
            .steps
            .iter()
            .enumerate()
            .flat_map(|(at, one)| self.steps[at + 1..].iter().map(move |other| (one, other)));
        let slope = |(one, other): (&(u64, Memory), &(u64, Memory))| {
            (other.1.bytes() as f64 - one.1.bytes() as f64) / (other.0 as f64 - one.0 as f64)
        };
        pairs.map(slope).collect()
    }
}

/// How many of the slopes the band takes in: 1.96 standard deviations of Kendall's sum, as Sen (1968) has it.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "some thousand steps"
)]
fn reach(steps: usize) -> usize {
    let n = steps as f64;
    (NORMAL_95 * (n * (n - 1.0) * (2.0 * n + 5.0) / 18.0).sqrt()).ceil() as usize
}

/// A user never costs less than nothing.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast of a float stops at the bounds")]
fn size(bytes: f64) -> Memory {
    Memory::from_bytes(bytes.round() as u64)
}
