use crate::event::{Event, Kind};
use crate::units::Elapsed;

/// What does not change during a run.
#[derive(Debug, Clone, Default)]
pub(in crate::tui) struct Facts {
    /// What its user called the app.
    pub(in crate::tui) app: String,
    /// The plan's id.
    pub(in crate::tui) plan: String,
    /// The front door; empty before it is open.
    pub(in crate::tui) address: String,
    /// The engine and its version.
    pub(in crate::tui) engine: String,
    /// How many processes and threads the plan allows, where it counts them.
    pub(in crate::tui) pids_most: Option<u32>,
    /// How many files one process may have open, where the plan says so.
    pub(in crate::tui) files_most: Option<u32>,
    /// The month's free instance hours, where the plan counts them.
    pub(in crate::tui) hours: Option<u32>,
    /// How many times faster the platform's timers run.
    pub(in crate::tui) warp: u32,
    /// From the decision to start the app to the moment the platform gives it up.
    pub(in crate::tui) boot_limit: Elapsed,
}

impl Facts {
    pub(super) fn add(&mut self, event: &Event) {
        match &event.kind {
            Kind::Header(header) => {
                let (spec, machine) = (&header.spec, &header.machine);
                *self = Self {
                    app: spec.app.name.clone(),
                    plan: spec.plan.id.clone(),
                    address: String::new(),
                    engine: format!("{} {}", machine.engine, machine.engine_version),
                    pids_most: spec.limits.pids,
                    files_most: spec.limits.open_files,
                    hours: spec.quota.hours,
                    warp: spec.warp,
                    boot_limit: spec.boot.limit,
                };
            }
            Kind::Listening { address } => self.address.clone_from(address),
            _ => {}
        }
    }
}
