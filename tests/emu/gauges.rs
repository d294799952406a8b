//! What the app tells of itself, asked past the front door, on the binary.

use serde_json::Value;

use crate::driver::emu;
use crate::support::native;

/// Three visitors hold WebSockets while the built-in app is asked for its own count.
#[tokio::test]
async fn users_are_counted_by_the_door_and_by_the_app_and_the_question_is_nobodys_visit() {
    if native().await.is_none() {
        return;
    }
    let project = "app = \"mimic\"\n[metrics]\npath = \"/metrics\"\nusers = \"mimic_users\"\n\
                   caches = \"mimic_cache_bytes\"\nvalues = { asked = \"mimic_requests_total\" }\nevery = \"1 s\"\n";
    let call = emu([
        "run",
        "mimic",
        "--engine",
        "native",
        "--profile",
        "render-starter",
        "--json",
        "--load",
        "1 call /memory/hold?size=30MiB; rest for 4s",
    ]);
    let call = call.file("emu.toml", project);
    let done = call.run().status(0);
    let summary: Value = serde_json::from_str(&done.stdout).expect("a summary");
    let users = &summary["users"];
    assert_eq!(users["app"]["users"], 0, "{summary}");
    assert_eq!(users["caches"][0]["name"], "held");
    assert!(users["caches"][0]["most_bytes"].as_u64() >= Some(30 << 20), "{users}");
    assert_eq!(summary["requests"]["total"], 1, "emu's own questions are among the requests");
}
