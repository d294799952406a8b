/// What stands after the last point of a file's name: `py`; empty where there is none.
pub(super) fn ending(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or("", |(_, ending)| ending)
}

/// Whether a file serves tests, examples or documents, and is not run by the platform.
pub(super) fn is_aside(path: &str) -> bool {
    let aside = |part: &str| {
        matches!(
            part,
            "tests" | "test" | "docs" | "examples" | "example" | "notebooks" | "scripts" | "benchmarks" | "conftest.py"
        ) || part.starts_with("test_")
            || part.ends_with("_test.py")
    };
    path.split('/').any(aside)
}
