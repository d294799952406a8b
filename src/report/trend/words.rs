use super::{Growth, LimitAfter, Trend, TrendKind};
use crate::units::Memory;

/// A trend as a sentence: `a leak in `search`, 60.0 MiB an hour (58.1 MiB to 62.3 MiB), …`.
pub(in crate::report) fn sentence(trend: &Trend) -> String {
    let (phase, time) = (&trend.phase, trend.to.since(trend.from).human());
    let again = trend.needed.unwrap_or_default().human();
    match trend.kind {
        TrendKind::Leak => leak(trend),
        TrendKind::Flattening => format!(
            "in `{phase}`, need grew by {} in {time}, ever slower{}: an allocator or a cache that fills up rather than a leak",
            risen(trend),
            trend.growth.map(|growth| format!(", at the end by {}", per_hour(growth))).unwrap_or_default(),
        ),
        TrendKind::Step => format!("in `{phase}`, need rose once, by {}, and stayed there: no leak", risen(trend)),
        TrendKind::Falling => format!("in `{phase}`, need falls{}", with_band(trend)),
        TrendKind::Steady => format!("in `{phase}`, no growth seen in {time} of steady load{}", with_band(trend)),
        TrendKind::Unclear => {
            format!("in `{phase}`, need moves too much to tell a leak in {time}; {again} of the same load may tell")
        }
        TrendKind::UnsteadyLoad => {
            format!("nothing can be said about leaks: the load in `{phase}` was not the same all the time")
        }
        TrendKind::TooShort => format!(
            "nothing can be said about leaks: `{phase}` had {time} of steady load to look at, and {again} are needed"
        ),
    }
}

/// What was seen of a leak and what to do about it.
pub(in crate::report) fn advice(trend: &Trend) -> Option<(String, String)> {
    let killed = trend.limit.map(|limit| format!(": at that rate it is killed every {}", limit.after.human()));
    let seen = format!("its need grows for as long as `{}` goes on{}", trend.phase, killed.unwrap_or_default());
    let sooner = trend.limit.map(|limit| format!("; until then, restart it before {} are over", limit.soonest.human()));
    let action = format!(
        "look for what only ever grows: a list or a dictionary at the top of a module, a cache without a bound, what \
         is kept of each visitor{}",
        sooner.unwrap_or_default()
    );
    (trend.kind == TrendKind::Leak).then_some((seen, action))
}

fn leak(trend: &Trend) -> String {
    let each = trend.per_request.map(|size| format!(", {} a request", small(size))).unwrap_or_default();
    let rate = trend.growth.map(|growth| format!(", {}", per_hour(growth))).unwrap_or_default();
    let until = trend.limit.map_or_else(|| "; the limit is too far ahead to say when".into(), limit);
    format!("a leak in `{}`{rate}{each}{until}", trend.phase)
}

fn limit(limit: LimitAfter) -> String {
    let (after, soonest, latest) = (limit.after.human(), limit.soonest.human(), limit.latest.human());
    format!("; killed after {after} of such a load ({soonest} to {latest}), and every {after} again")
}

fn risen(trend: &Trend) -> String {
    let (first, last) = (trend.need_first.unwrap_or_default(), trend.need_last.unwrap_or_default());
    Memory::from_bytes(last.bytes().saturating_sub(first.bytes())).human()
}

fn with_band(trend: &Trend) -> String {
    trend.growth.map(|growth| format!(" ({})", band(growth))).unwrap_or_default()
}

/// `60.0 MiB an hour (58.1 MiB to 62.3 MiB)`
fn per_hour(growth: Growth) -> String {
    let (low, high) = (signed(growth.low_bytes_per_hour), signed(growth.high_bytes_per_hour));
    format!("{} an hour ({low} to {high})", signed(growth.bytes_per_hour))
}

/// `-2.0 MiB to 3.1 MiB an hour`
fn band(growth: Growth) -> String {
    format!("{} to {} an hour", signed(growth.low_bytes_per_hour), signed(growth.high_bytes_per_hour))
}

fn signed(bytes: i64) -> String {
    let size = Memory::from_bytes(bytes.unsigned_abs()).human();
    if bytes < 0 { format!("-{size}") } else { size }
}

/// What a single request leaves behind is often less than a mebibyte.
#[expect(clippy::cast_precision_loss, reason = "the size of one request's leftovers")]
fn small(size: Memory) -> String {
    match size.bytes() {
        bytes @ 0..1_024 => format!("{bytes} B"),
        bytes @ 1_024..1_048_576 => format!("{:.1} KiB", bytes as f64 / 1_024.0),
        _ => size.human(),
    }
}
