//! What a run says, as folds over its events.
//!
//! [`Fold`] takes events, live or from the record, and gives a [`Summary`]; [`Lines`] turns each
//! event into plain lines; [`StatusFold`] keeps what a live line shows. None of them reads anything
//! else, so a live run and its replay print the same bytes. Printing stands apart from folding:
//! [`sections`] makes tables as values, and [`text`] writes them; as JSON, a
//! summary writes itself.
//!
//! The rules behind the numbers are fixed, and stand with the field they are about.

mod advice;
mod cpu;
mod facts;
mod fold;
mod idle;
mod kill;
mod latency;
mod lines;
mod memory;
mod phases;
pub mod price;
mod requests;
mod sections;
mod share;
mod start;
mod states;
mod status;
#[cfg(test)]
mod story;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod trend;
mod users;
pub mod words;

pub use advice::{Advice, AdviceRule};
pub use cpu::{CpuUse, Throttled};
pub use facts::RunFacts;
pub use fold::{Fold, SCHEMA, Summary};
pub use idle::{Cause, Hours, Idle, MONTH_HOURS, Sign};
pub use kill::{Broken, Kill, Meanwhile, Victim};
pub use latency::{Latencies, Latency, percentiles_need, values_needed};
pub use lines::{Detail, Line, Lines, Tag, Tone};
pub use memory::{MemoryUse, Peak, at_limit};
pub use phases::{GENERATOR_BUSY_PERCENT, LoadUse, PhaseUse};
pub use requests::Requests;
pub use sections::{idle, sections};
pub use share::{BankUse, ServingUse};
pub use start::{Asker, Start, StartKind};
pub use states::StateTime;
pub use status::{Status, StatusFold, bar};
pub use table::{Align, Block, Column, Section, Table};
pub use text::{table_text, text};
pub use trend::{Growth, LimitAfter, Trend, TrendKind};
pub use users::{AtKill, CacheUse, Most, PerUser, Users, ValueUse};

/// How other rooms write the same units into JSON.
pub(crate) mod units_in_json {
    pub(crate) use super::cpu::millicores;
    pub(crate) use super::facts::microdollars;
    pub(crate) use super::memory::{bytes, optional_bytes};
}
