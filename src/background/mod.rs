//! Apps that go on when the command has returned.
//!
//! Each has a supervisor: a process of its own that plays the run, holds a lock for as long as it lives, and
//! answers questions on a socket. The folder of an app says what is left to say when nobody answers:
//! the kernel drops a lock with its holder, so nothing that is dead is ever taken for running.

mod card;
mod client;
mod desk;
mod error;
mod home;
mod name;
mod place;
mod question;
mod standing;

pub use card::{Card, VERSION, boot};
pub use client::{Following, ask, follow};
pub use desk::{Desk, Order};
pub use error::BackgroundError;
pub use home::{Home, Seen};
pub use name::{Name, NameError};
pub use place::Place;
pub use question::{Answer, Question};
pub use standing::{Report, Standing, is_log};
