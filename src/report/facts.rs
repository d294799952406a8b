use serde::{Serialize, Serializer};

use super::cpu::millicores;
use super::memory::bytes;
use crate::event::Header;
use crate::spec::Promise;
use crate::units::{Memory, Millicores, Money};

/// What was run, where and by whom: the part of the header that a report repeats.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct RunFacts {
    /// The run's id.
    pub id: String,
    /// The name its user gave it.
    pub name: Option<String>,
    /// What its user called the app.
    pub app: String,
    /// The plan's id.
    pub plan: String,
    /// The platform as people say it.
    pub platform: String,
    /// The plan as the platform says it.
    pub plan_name: String,
    /// Price of a month, before conditions.
    #[serde(rename = "price_monthly_microdollars", serialize_with = "microdollars")]
    pub price_monthly: Money,
    /// What the plan sells.
    #[serde(rename = "memory_limit_bytes", serialize_with = "bytes")]
    pub memory_limit: Memory,
    /// The guaranteed share.
    #[serde(rename = "cpu_share_millicores", serialize_with = "millicores")]
    pub cpu_share: Millicores,
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
            app: spec.app.name.clone(),
            plan: spec.plan.id.clone(),
            platform: spec.plan.platform.clone(),
            plan_name: spec.plan.name.clone(),
            price_monthly: spec.plan.price.monthly,
            memory_limit: spec.memory.limit,
            cpu_share: spec.cpu.share,
            engine: format!("{} {}", header.machine.engine, header.machine.engine_version),
            machine: header.machine.platform.clone(),
            emu_version: header.emu_version.clone(),
            started: header.started.clone(),
            warp: spec.warp,
            fidelity: spec.fidelity.clone(),
        }
    }
}
