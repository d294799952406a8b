//! A project folder, and what it turns out to be. Pure: whoever walks the disk hands over a [`Folder`].
//!
//! [`Folder`] is what lies there, [`Found`] is what it is: how it is built, how it starts, and what its own
//! files say about variables, health, port and plan, each with the [`Place`] that says so.

pub mod document;
mod find;
mod folder;
mod found;
pub mod packages;
mod place;
pub mod python;

pub use find::{Asked, NotFound, Platform, find};
pub use folder::{Content, File, Folder};
pub use found::{Because, Command, Found, Framework, Node, Notice, Python, Recipe, Requirements, Setting, Taken};
pub use place::{Place, Said};
