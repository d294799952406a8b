//! Plans that give more CPU at some times than at others, on a real engine, against sums done by hand.

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::live::Live;
use crate::support::docker_answers;

/// What samples, the engine's answer and the kernel's ticks may add to a sum, in microseconds.
const SLACK: u64 = 250_000;

fn number(value: &Value, path: &str) -> u64 {
    let found = value.pointer(path).and_then(Value::as_u64);
    found.unwrap_or_else(|| panic!("no number at {path} in {value:#}"))
}

async fn get(address: &str, path: &str) -> String {
    let host = address.strip_prefix("http://").expect("an address of the door");
    let mut stream = TcpStream::connect(host).await.expect("the door is open");
    let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("the door reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("the door answers");
    answer
}

/// A second in the bank and a sixteenth of a core: at a whole core it lasts 1 / (1 − 0.063) = 1.067 s, on a busy
/// machine longer. Whatever the machine does, no more is used than the bank held and the share has earned.
#[tokio::test]
async fn a_bank_of_unused_cpu_time_is_spent_once() {
    if !docker_answers() {
        return;
    }
    let plan = ["--engine", "docker", "--profile", "fly-shared-256mb", "--set", "cpu.burst.start=1s", "--port", "0"];
    let mut run = Live::run(["mimic", "--json"].into_iter().chain(plan).chain(["--", "--burn", "1h"]));
    run.line(&["nearly", "bursts to 1 CPU", "the bank is read with every sample"]).await;
    let address = run.address().await;
    run.line(&["share", "0.063 CPU: the bank of unused CPU time is empty"]).await;
    // Beside the burner: some five seconds at the guaranteed share.
    assert!(get(&address, "/cpu?for=150ms").await.starts_with("HTTP/1.1 200"));
    let past = run.interrupt().await.json();
    let (used, running) = (number(&past, "/cpu/used_us"), number(&past, "/cpu/running_us"));
    let earned = 1_000_000 + running * 63 / 1_000;
    assert!((1_000_000..earned + SLACK).contains(&used), "used {used} us of {earned}");
    let (burst, guaranteed) = (number(&past, "/cpu/bank/at_burst_us"), number(&past, "/cpu/bank/at_guaranteed_us"));
    assert!(burst >= 1_000_000 && guaranteed > burst, "{burst} us, then {guaranteed} us");
    assert_eq!(number(&past, "/cpu/bank/ran_dry"), 1);
    assert!(number(&past, "/cpu/bank/holds_us") < 100_000, "the burner leaves nothing in it");
}

/// A worker in the background of an app that has CPU only while a request is open: the time that it has CPU is
/// all that it can use, and a millisecond of each second besides.
#[tokio::test]
async fn a_worker_stands_still_until_a_request_comes() {
    if !docker_answers() {
        return;
    }
    let plan = ["--engine", "docker", "--profile", "cloudrun-512mib", "--port", "0"];
    let mut run = Live::run(["mimic", "--json"].into_iter().chain(plan).chain(["--", "--burn", "1h"]));
    let address = run.address().await;
    run.line(&["share", "0.001 CPU: no request is open"]).await;
    // At a millisecond a second this would take five minutes.
    assert!(get(&address, "/cpu?for=300ms").await.starts_with("HTTP/1.1 200"));
    assert!(get(&address, "/slow?before=1s").await.starts_with("HTTP/1.1 200"));
    let past = run.interrupt().await.json();
    let (given, withheld) = (number(&past, "/cpu/serving/given_us"), number(&past, "/cpu/serving/withheld_us"));
    assert!(given >= 1_000_000 && withheld > 0, "{given} us, {withheld} us");
    let used = number(&past, "/cpu/used_us");
    assert!((300_000..given + withheld / 1_000 + SLACK).contains(&used), "used {used} us of {given}");
}
