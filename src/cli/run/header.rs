use std::hash::{BuildHasher, Hasher, RandomState};

use jiff::{Timestamp, tz::TimeZone};

use crate::event::Header;
use crate::spec::{Machine, Spec};

/// The first event of a run. The one place where a run reads the wall clock.
pub(super) fn header(name: Option<String>, machine: Machine, spec: Spec) -> Header {
    let started = Timestamp::now();
    Header {
        run: run_id(started, RandomState::new().build_hasher().finish()),
        name,
        emu_version: env!("CARGO_PKG_VERSION").to_owned(),
        started: started.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        machine,
        spec,
    }
}
