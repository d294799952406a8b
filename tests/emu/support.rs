//! What the tests need from the machine, and what happens when it is not there.

use std::path::PathBuf;

use emu::engine::Isolation;
use emu::engine::docker::{Docker, Surroundings};
use emu::engine::native::{self, Native};

/// Says why a test cannot run here. `EMU_TEST_REQUIRE=docker,browser` turns that into a failure.
#[expect(clippy::print_stdout, reason = "a skip is told, and the test runner is who hears it")]
pub fn skip(what: &str, reason: &str) {
    let required = std::env::var("EMU_TEST_REQUIRE").unwrap_or_default();
    assert!(!required.split(',').any(|word| word.trim() == what), "`{what}` is required, but {reason}");
    println!("skipped: {reason}");
}

/// The container engine of this machine, swept of what earlier tests left when they failed.
pub async fn docker() -> Option<Docker> {
    let docker = match Docker::connect(&surroundings()).await {
        Ok(docker) => docker,
        Err(error) => {
            skip("docker", &error.to_string());
            return None;
        }
    };
    docker.sweep().await.expect("leftovers of dead tests can be removed");
    Some(docker)
}

/// The surroundings of the tests, with the binary under test as the program of the built-in app.
pub fn surroundings() -> Surroundings {
    let variable = |name| std::env::var_os(name).map(PathBuf::from);
    Surroundings {
        docker_host: std::env::var("DOCKER_HOST").ok(),
        docker_context: std::env::var("DOCKER_CONTEXT").ok(),
        docker_config: variable("DOCKER_CONFIG"),
        home: variable("HOME"),
        runtime_dir: variable("XDG_RUNTIME_DIR"),
        program: Some(env!("CARGO_BIN_EXE_emu").into()),
    }
}

/// The embedded engine at its strongest level here, swept of what earlier tests left.
pub async fn native() -> Option<Native> {
    embedded(None).await
}

/// The embedded engine, with limits and nothing else.
pub async fn native_process() -> Option<Native> {
    embedded(Some(Isolation::Process)).await
}

async fn embedded(isolation: Option<Isolation>) -> Option<Native> {
    let surroundings = native::Surroundings {
        program: Some(env!("CARGO_BIN_EXE_emu").into()),
        scratch: Some(scratch()),
        inherited: std::env::vars().filter(|(name, _)| name == "PATH").collect(),
        isolation,
    };
    let engine = match Native::open(&surroundings).await {
        Ok(engine) => engine,
        Err(error) => {
            skip("native", &error.to_string());
            return None;
        }
    };
    engine.sweep().await.expect("leftovers of dead tests can be removed");
    Some(engine)
}

/// Where the apps of the embedded engine write in tests: on a disk, and not among the sources.
fn scratch() -> PathBuf {
    std::env::var_os("EMU_TEST_SCRATCH").map_or_else(|| "/var/tmp/emu-test".into(), PathBuf::from)
}

/// Whether a Docker daemon answers here. Says so, or fails, when none does.
pub fn docker_answers() -> bool {
    let asked = std::process::Command::new("docker").arg("info").output();
    let answers = asked.is_ok_and(|output| output.status.success());
    if !answers {
        skip("docker", "no Docker daemon answers");
    }
    answers
}
