use super::Exit;

/// Why a command could not do what was asked: a sentence, and what to do next.
///
/// The sentence is a lower-case fragment that names what was found and what was expected. A hint is
/// a command, or one plain next step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// How the process ends.
    pub exit: Exit,
    /// What happened. May have several lines.
    pub message: String,
    /// What to do next.
    pub hints: Vec<String>,
}

impl Failure {
    /// A failure without a hint yet.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), hints: Vec::new() }
    }

    /// Adds one next step.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// A panic in our own code. The panic hook has already printed where.
    pub(super) fn mistake() -> Self {
        Self::new(Exit::Mistake, "emu made a mistake and cannot go on; the lines above say where")
            .hint("`emu clean` removes what the run may have left")
    }
}
