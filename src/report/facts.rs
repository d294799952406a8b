use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::cpu::millicores;
use super::memory::bytes;
use crate::event::{Header, Part};
use crate::profile::{Cause, Confidence, Price, Range};
use crate::spec::{Promise, Spec};
use crate::units::{Elapsed, Memory, Millicores, Money};

/// The settings that a verdict on a plan can rest on.
const RESTED_ON: [&str; 5] = ["memory.limit", "cpu.share", "start.delay", "sleep.after", "plan.price.monthly"];

/// What was run, where and by whom: the part of the header that a report repeats.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct RunFacts {
    /// The run's id.
    pub id: String,
    /// The name its user gave it.
    pub name: Option<String>,
    /// The comparison or the search it is a part of.
    pub part: Option<Part>,
    /// What its user called the app.
    pub app: String,
    /// The plan's id.
    pub plan: String,
    /// The platform as people say it.
    pub platform: String,
    /// The plan as the platform says it.
    pub plan_name: String,
    /// Which end of a published range the plan is.
    pub range: Range,
    /// Price of a month, before conditions.
    #[serde(rename = "price_monthly_microdollars", serialize_with = "microdollars")]
    pub price_monthly: Money,
    /// The price with its conditions, and what use costs beside it.
    #[serde(skip)]
    pub price: Price,
    /// What the plan sells.
    #[serde(rename = "memory_limit_bytes", serialize_with = "bytes")]
    pub memory_limit: Memory,
    /// The guaranteed share.
    #[serde(rename = "cpu_share_millicores", serialize_with = "millicores")]
    pub cpu_share: Millicores,
    /// The platform's own delay before a wake, as the run played it, in the platform's own time. Zero where
    /// there is none, or where it was left out.
    #[serde(rename = "platform_delay_us")]
    pub platform_delay: Elapsed,
    /// After how long without visits the plan puts an app to sleep, in the platform's own time. `None` where
    /// it never does.
    #[serde(rename = "sleep_after_us")]
    pub sleep_after: Option<Elapsed>,
    /// How far the numbers can be trusted that a verdict rests on: by setting, those that have a source.
    pub confidence: BTreeMap<String, Confidence>,
    /// The status of each of the platform's own answers.
    #[serde(skip)]
    pub answers: BTreeMap<Cause, u16>,
    /// The engine and its version.
    pub engine: String,
    /// Operating system and architecture.
    pub machine: String,
    /// The emu that made the run.
    pub emu_version: String,
    /// Wall clock at the start, RFC 3339.
    pub started: String,
    /// How many times faster the platform's timers ran. One is real time.
    pub warp: u32,
    /// What was kept, approximated and not kept.
    pub fidelity: Vec<Promise>,
}

/// JSON holds money as millionths of a dollar.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for this shape")]
pub(crate) fn microdollars<S: Serializer>(money: &Money, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(money.micros())
}

impl From<&Header> for RunFacts {
    fn from(header: &Header) -> Self {
        let spec = &header.spec;
        Self {
            id: header.run.clone(),
            name: header.name.clone(),
            part: header.part.clone(),
            app: spec.app.name.clone(),
            plan: spec.plan.id.clone(),
            platform: spec.plan.platform.clone(),
            plan_name: spec.plan.name.clone(),
            range: spec.plan.range,
            price_monthly: spec.plan.price.monthly,
            price: spec.plan.price.clone(),
            memory_limit: spec.memory.limit,
            cpu_share: spec.cpu.share,
            platform_delay: real(spec.start.delay, spec.warp),
            sleep_after: spec.sleep.as_ref().map(|sleep| real(sleep.after, spec.warp)),
            confidence: confidence(spec),
            answers: spec.answers.iter().map(|(cause, answer)| (*cause, answer.status)).collect(),
            engine: format!("{} {}", header.machine.engine, header.machine.engine_version),
            machine: header.machine.platform.clone(),
            emu_version: header.emu_version.clone(),
            started: header.started.clone(),
            warp: spec.warp,
            fidelity: spec.fidelity.clone(),
        }
    }
}

/// A timer of the platform as it is without warp.
fn real(time: Elapsed, warp: u32) -> Elapsed {
    Elapsed::from_micros(time.micros().saturating_mul(u64::from(warp.max(1))))
}

/// A value that its user set, or that every profile inherits, has no source and is not among them.
fn confidence(spec: &Spec) -> BTreeMap<String, Confidence> {
    let source = |key: &str| spec.sources.get(spec.origins.get(key)?.source.as_ref()?);
    RESTED_ON.iter().filter_map(|key| Some(((*key).to_owned(), source(key)?.confidence))).collect()
}
