//! What the tests need from the machine, and what happens when it is not there.

use std::path::PathBuf;

use emu::engine::docker::{Docker, Surroundings};

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

/// Whether a Docker daemon answers here. Says so, or fails, when none does.
pub fn docker_answers() -> bool {
    let asked = std::process::Command::new("docker").arg("info").output();
    let answers = asked.is_ok_and(|output| output.status.success());
    if !answers {
        skip("docker", "no Docker daemon answers");
    }
    answers
}
