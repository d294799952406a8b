//! A month on the shipped plans, against sums done by hand from the platforms' price lists.

use emu::profile::Library;
use emu::report::price::{Estimate, Usage, monthly};
use emu::units::{Elapsed, Memory, Millicores, Portion};

use crate::driver::emu;

/// 0.05 CPU and 200 MB used, ten requests a second of 20 kB each, one of them always open.
fn month(plan: &str, busy: &str) -> Estimate {
    let profile = Library::shipped().load(plan).unwrap_or_else(|error| panic!("{error}"));
    let usage = Usage {
        share: profile.cpu.share,
        limit: profile.memory.limit,
        cpu: Millicores::new(50),
        need: Memory::from_bytes(200_000_000),
        over: Elapsed::from_secs(60),
        serving: Elapsed::from_secs(60),
        requests: 600,
        out: Memory::from_bytes(12_000_000),
        sleeps: profile.sleep.is_some(),
    };
    let busy: Portion = busy.parse().expect("a part of a month");
    monthly(&profile.plan.price, &usage, busy)
}

fn total(plan: &str, busy: &str) -> String {
    month(plan, busy).total.to_string()
}

/// A tenth of 720 h is 72 h, 259200 s. The hours: $2.19, $3.69 and $6.69 for 720. The bytes: 200 kB/s for
/// 259200 s are 51.84 GB, at $0.02 $1.0368.
#[test]
fn a_machine_that_is_paid_by_its_hours_awake() {
    assert_eq!(total("fly-shared-256mb", "10 %"), "$1.2558");
    assert_eq!(total("fly-shared-512mb", "10 %"), "$1.4058");
    assert_eq!(total("fly-shared-1gb", "10 %"), "$1.7058");
    // 2.19 + 518.4 GB * 0.02
    assert_eq!(total("fly-shared-256mb", "100 %"), "$12.558");
    assert_eq!(total("fly-shared-256mb", "0 %"), "$0");
}

/// Memory, awake all month: 0.2 GB for 43200 min at $0.000231, $1.99584. A tenth: 0.05 CPU for 4320 min at $0.000463,
/// $0.100008, and 51.84 GB at $0.05, $2.592. That is $4.687848, which the $5 contain.
#[test]
fn a_service_that_is_paid_by_what_it_uses_above_its_minimum() {
    assert_eq!(total("railway-hobby", "0 %"), "$5");
    assert_eq!(total("railway-hobby", "10 %"), "$5");
    // 1.99584 + 2 * (0.100008 + 2.592)
    assert_eq!(total("railway-hobby", "20 %"), "$7.379856");
}

/// CPU: 259200 - 180000 = 79200 s at $0.000024, $1.9008. Memory: 129600 GiB-s or 259200, of 360000 that are free.
/// Requests: 2.592 million, 2 of them free, 0.592 at $0.40, $0.2368.
#[test]
fn a_service_that_is_paid_while_it_serves() {
    assert_eq!(total("cloudrun-512mib", "10 %"), "$2.1376");
    assert_eq!(total("cloudrun-1gib", "10 %"), "$2.1376");
    assert_eq!(total("cloudrun-512mib", "1 %"), "$0", "25920 vCPU-s and 0.2592 million requests are free");
    // A whole month: 2412000 s at 0.000024, 57.888; GiB-s 1296000 - 360000 = 936000, 2.34; requests 23.92 * 0.40, 9.568.
    assert_eq!(total("cloudrun-512mib", "100 %"), "$69.796");
    // With 1 GiB: 2592000 - 360000 = 2232000 GiB-s, 5.58.
    assert_eq!(total("cloudrun-1gib", "100 %"), "$73.036");
}

#[test]
fn a_flat_price_is_the_same_in_every_month() {
    for (plan, price) in [
        ("koyeb-free", "$0"),
        ("koyeb-eco-nano", "$1.61"),
        ("digitalocean-512mb", "$5"),
        ("digitalocean-1gb", "$10"),
        ("huggingface-cpu-basic", "$9"),
        ("render-starter", "$7"),
    ] {
        assert_eq!((total(plan, "0 %"), total(plan, "100 %")), (price.into(), price.into()), "{plan}");
    }
}

#[test]
fn every_shipped_price_can_be_worked_out() {
    let library = Library::shipped();
    for id in library.ids() {
        let charges = library.load(&id).unwrap().plan.price.usage.map_or(0, |usage| usage.charges.len());
        assert_eq!(month(&id, "10 %").parts.len(), charges, "{id}: a charge in the unit of another meter");
    }
}

#[test]
fn prices_by_use_are_listed_shown_and_explained() {
    let list = emu(["profiles", "list"]).run().status(0).stdout;
    let line = |id: &str| list.lines().find(|line| line.starts_with(id)).unwrap_or_default().to_owned();
    assert!(line("cloudrun-512mib ").contains(" $0/month + use "), "{list}");
    assert!(line("fly-shared-256mb ").contains(" up to $2.19/month + use "), "{list}");
    assert!(line("koyeb-eco-nano ").contains(" $1.61/month "), "{list}");
    let shown = emu(["profiles", "show", "railway-hobby"]).run().status(0).stdout;
    assert!(shown.contains("\n$5/month + use: a minimum of $5 for the whole account; to sleep after"), "{shown}");
    for part in ["price.included", "price.cpu.rate", "$0.000463 / vCPU-min", "price.memory.billed", "used"] {
        assert!(shown.contains(part), "no {part} in\n{shown}");
    }
    let explained = emu(["profiles", "explain", "cloudrun-512mib", "plan.price"]).run().status(0).stdout;
    assert!(explained.contains("plan.price.cpu.free") && explained.contains("180000 vCPU-s"), "{explained}");
    assert!(explained.contains("https://cloud.google.com/run/pricing"), "{explained}");
    let json = emu(["profiles", "list", "--json"]).run().status(0).stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let one = json["profiles"].as_array().unwrap().iter().find(|one| one["id"] == "cloudrun-512mib").unwrap();
    assert_eq!(
        (&one["price"], &one["priced_by_use"]),
        (&"$0".into(), &serde_json::json!(["cpu", "memory", "requests"]))
    );
}
