/// How far an instance has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Made; nothing runs.
    Created,
    /// The main process runs, or its end is not yet told.
    Running,
    /// The end was told.
    Ended,
}
