use std::hash::{BuildHasher, Hasher, RandomState};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::event::{Header, Part};
use crate::spec::{Machine, Spec};
use crate::store::run_id;

/// What its user calls a run, and what it is a part of.
#[derive(Debug, Clone, Default)]
pub(super) struct Called {
    pub(super) name: Option<String>,
    pub(super) part: Option<Part>,
}

/// An id for a question that is asked now.
pub(super) fn new_id() -> String {
    run_id(Timestamp::now().to_zoned(TimeZone::UTC).datetime(), random())
}

/// The first event of a run. The one place where a run reads the wall clock.
pub(super) fn header(called: Called, machine: Machine, spec: Spec) -> Header {
    let started = Timestamp::now();
    Header {
        run: run_id(started.to_zoned(TimeZone::UTC).datetime(), random()),
        name: called.name,
        part: called.part,
        emu_version: env!("CARGO_PKG_VERSION").to_owned(),
        started: started.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        machine,
        spec,
    }
}

/// Random bits for telling two runs of one minute apart; the standard hasher's seed is good enough for that.
fn random() -> u32 {
    let bits = RandomState::new().build_hasher().finish();
    u32::try_from(bits & u64::from(u32::MAX)).unwrap_or_default()
}
