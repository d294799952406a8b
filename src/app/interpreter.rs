use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::program::find_program;

/// Where people keep the virtual environment of a project.
const VENVS: &[&str] = &[".venv", "venv", "env"];

/// The Python that runs a project on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interpreter {
    /// The program.
    pub program: PathBuf,
    /// The virtual environment that it belongs to, where it is the project's own.
    pub venv: Option<PathBuf>,
}

/// The Python that runs a project: that of a virtual environment in one of `folders`, else the one of `path`.
pub fn interpreter(folders: &[&Path], path: &str) -> Option<Interpreter> {
    let venvs = folders.iter().flat_map(|folder| VENVS.iter().map(|name| folder.join(name)));
    let own = venvs.into_iter().find_map(|venv| {
        let program = venv.join("bin/python");
        program.is_file().then_some(Interpreter { program, venv: Some(venv) })
    });
    own.or_else(|| {
        let here = folders.first().copied().unwrap_or(Path::new("/"));
        let found = ["python3", "python"].iter().find_map(|name| find_program(name, path, here).ok());
        found.map(|program| Interpreter { program, venv: None })
    })
}

impl Interpreter {
    /// Which of these modules it does not have. None where it cannot be asked.
    pub fn missing<'m>(&self, modules: &[&'m str], folder: &Path) -> Vec<&'m str> {
        const ASK: &str = "import importlib.util as u, sys\n\
                           print(*[m for m in sys.argv[1:] if u.find_spec(m) is None])";
        let asked = Command::new(&self.program)
            .args(["-I", "-c", ASK])
            .args(modules)
            .current_dir(folder)
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output();
        let told = asked.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
        modules.iter().copied().filter(|module| told.split_whitespace().any(|word| word == *module)).collect()
    }

    /// `PATH` with the programs of the virtual environment first.
    pub fn path(&self, path: &str) -> Option<String> {
        self.venv.as_ref().map(|venv| format!("{}:{path}", venv.join("bin").display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_virtual_environment_of_the_project_goes_before_the_machines() {
        let folder = tempfile::tempdir().unwrap();
        let path = std::env::var("PATH").unwrap();
        let own = folder.path().join("venv/bin");
        let machines = interpreter(&[folder.path()], &path);
        assert!(machines.is_none_or(|found| found.venv.is_none()));
        std::fs::create_dir_all(&own).unwrap();
        std::fs::write(own.join("python"), "").unwrap();
        let found = interpreter(&[folder.path()], &path).unwrap();
        assert_eq!((found.program.clone(), found.venv.clone()), (own.join("python"), Some(folder.path().join("venv"))));
        assert_eq!(found.path("/bin"), Some(format!("{}:/bin", own.display())));
        assert_eq!(interpreter(&[folder.path()], "/nowhere").map(|found| found.program), Some(own.join("python")));
    }

    #[test]
    fn modules_that_are_missing_are_told() {
        let Some(python) = interpreter(&[], &std::env::var("PATH").unwrap()) else { return };
        assert_eq!(python.missing(&["json", "no_such_module_at_all"], Path::new("/")), ["no_such_module_at_all"]);
    }
}
