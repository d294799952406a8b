//! What the user asked to run, and the files that go with it.
//!
//! This room reads files; what it finds becomes values.

mod env_file;
mod profiles;
mod project;
mod scenario;
mod target;

pub use env_file::{Assignment, BadLine, EnvFileError, parse_env_file, read_env_file};
pub use profiles::{LibraryError, is_path, library};
pub use project::{PROJECT_FILE, Project, ProjectError, project};
pub use scenario::{ScenarioError, scenario};
pub use target::{Target, TargetError};
