//! What the tests need from the machine, and what happens when it is not there.

/// Says why a test cannot run here. `EMU_TEST_REQUIRE=docker,browser` turns that into a failure.
pub fn skip(what: &str, reason: &str) {
    let required = std::env::var("EMU_TEST_REQUIRE").unwrap_or_default();
    assert!(!required.split(',').any(|word| word.trim() == what), "`{what}` is required, but {reason}");
    println!("skipped: {reason}");
}
