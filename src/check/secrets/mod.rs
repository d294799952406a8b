//! Files of secrets: what is in git, what git would take, and what cannot be read.

mod broken;
mod committed;
mod names;
mod not_ignored;

pub(super) use broken::CHECK as BROKEN;
pub(super) use committed::CHECK as COMMITTED;
pub(super) use names::is_secrets_example;
pub use names::is_secrets_file;
pub(super) use not_ignored::CHECK as NOT_IGNORED;
