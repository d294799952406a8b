//! Python source, as far as it is told by its pieces: logical lines, imports, and what stands at its outermost
//! level. Nothing is run.

mod outline;
mod tokens;

pub use outline::{Import, Object, Outline};
pub use tokens::{Broken, Line, Token, lines};
