use crate::profile::Problem;
use crate::units::Memory;

/// Why a profile cannot be kept on this machine.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpecProblem {
    /// A setting that the user changed is wrong.
    #[error("{0}")]
    Setting(Problem),
    /// The plan has more memory than the engine.
    #[error("the plan has {asked} of memory, but `{engine}` can give {}", has.human())]
    TooLittleMemory {
        /// What the plan has.
        asked: Memory,
        /// What the machine has.
        has: Memory,
        /// The engine.
        engine: String,
    },
    /// The engine cannot limit memory at all, and without that no run says anything about the plan.
    #[error("`{engine}` cannot limit memory on this machine")]
    NoMemoryLimit {
        /// The engine.
        engine: String,
    },
}

impl SpecProblem {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            // What was probably meant stands in the message already.
            Self::Setting(_) => "docs/reference/profile-settings.md lists every setting".into(),
            Self::TooLittleMemory { has, .. } => {
                format!(
                    "run where the engine has more memory, or with less of it: `--set memory.limit={}`",
                    rounded_down(*has).to_string().replace(' ', "")
                )
            }
            Self::NoMemoryLimit { .. } => "enable the memory controller of the kernel; `emu doctor` says more".into(),
        }
    }
}

/// A size that reads well, a little below `memory`.
fn rounded_down(memory: Memory) -> Memory {
    const STEP: u64 = 256 << 20;
    Memory::from_bytes((memory.bytes() / STEP).max(1) * STEP)
}
