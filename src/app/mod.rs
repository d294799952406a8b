//! What the user asked to run, and the files that go with it.
//!
//! This room reads files; what it finds becomes values.

mod asked;
mod context;
mod env_file;
mod folder;
mod interpreter;
mod profiles;
mod program;
mod project;
mod scenario;
mod secrets;
mod target;

pub use asked::{AskedVariables, asked_variables};
pub use context::{ContextError, fingerprint};
pub use env_file::{Assignment, BadLine, EnvFileError, parse_env_file, read_env_file};
pub use folder::{FolderError, folder};
pub use interpreter::{Interpreter, interpreter};
pub use profiles::{LibraryError, is_path, library};
pub use program::{ProgramError, find_program};
pub use project::{PROJECT_FILE, Project, ProjectError, project};
pub use scenario::{ScenarioError, scenario};
pub use secrets::{GivenSecrets, SecretsError, read_secrets, toml_secrets};
pub use target::{Target, TargetError};
