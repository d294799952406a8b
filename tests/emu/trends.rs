//! A minute of load on the built-in app, seen from outside: a leak is told from an allocator that fills up.

use serde_json::Value;

use crate::driver::emu;
use crate::support::native;

const MIB: f64 = 1_048_576.0;

/// What is said of a minute under these knobs: the trend of its phase.
fn trend(knobs: &[&str]) -> Value {
    let call = ["run", "mimic", "--engine", "native", "--profile", "render-starter", "--json"];
    let load = ["--load", "10/s for 62s", "--no-platform-delay", "--"];
    let given = emu(call.iter().chain(&load).chain(knobs).copied()).run();
    let summary: Value = serde_json::from_str(&given.stdout)
        .unwrap_or_else(|error| panic!("{error}:\n{}\n{}", given.stdout, given.stderr));
    let advised = summary["advice"].as_array().expect("advice").iter().any(|advice| advice["rule"] == "leak");
    let trend = summary["trends"][0].clone();
    assert_eq!(advised, trend["kind"] == "leak", "{summary}");
    trend
}

#[tokio::test]
async fn a_leak_is_told_from_a_plateau_and_from_rest() {
    if native().await.is_none() {
        return;
    }
    let knobs: [&[&str]; 4] =
        [&["--leak-per-request", "50KiB"], &["--leak", "1MiB"], &["--plateau", "100MiB"], &["--hold", "100MiB"]];
    let runs = knobs.map(|knobs| std::thread::spawn(move || trend(knobs)));
    let [each, every, plateau, steady] = runs.map(|run| run.join().expect("a run ends in a summary"));
    for (leak, per_second, per_request) in [(&each, 500.0 * 1_024.0, 51_200.0), (&every, MIB, MIB / 10.0)] {
        assert_eq!(leak["kind"], "leak", "{leak}");
        let rate = leak["growth"]["bytes_per_hour"].as_f64().expect("a rate") / 3_600.0;
        assert!((rate / per_second - 1.0).abs() < 0.05, "{rate} of {per_second} bytes a second: {leak}");
        let one = leak["growth_per_request_bytes"].as_f64().expect("a rate");
        assert!((one / per_request - 1.0).abs() < 0.1, "{one} of {per_request} bytes a request: {leak}");
        assert!(leak["limit"]["after_us"].as_f64().expect("a moment") < 2_000.0 * 1e6, "{leak}");
    }
    assert_eq!(plateau["kind"], "flattening", "{plateau}");
    assert_eq!(steady["kind"], "steady", "{steady}");
}
