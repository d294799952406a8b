use std::process::ExitCode;

/// How a command ended, for scripts. The numbers are a promise; `emu --help` lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// It did what was asked.
    Done,
    /// The app did not live up to the question asked.
    Unmet,
    /// An argument is wrong.
    Usage,
    /// A profile or a configuration file is wrong.
    Configuration,
    /// No engine, or it cannot do what the plan needs.
    Engine,
    /// The app could not be started, or never served.
    NotStarted,
    /// The run says nothing about the plan, or the data is too thin.
    Invalid,
    /// Our mistake.
    Mistake,
    /// The user interrupted it.
    Interrupted,
    /// The built-in app was told to leave with this status.
    Told(u8),
}

impl Exit {
    /// The number that the process ends with.
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Unmet => 1,
            Self::Usage => 2,
            Self::Configuration => 3,
            Self::Engine => 4,
            Self::NotStarted => 5,
            Self::Invalid => 6,
            Self::Mistake => 70,
            Self::Interrupted => 130,
            Self::Told(status) => status,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
