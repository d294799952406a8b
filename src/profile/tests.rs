use std::collections::BTreeSet;

use proptest::prelude::*;
use serde::Serialize;

use super::example::PLAN;
use super::settings::Settings;
use super::vocabulary::{FAMILIES, all};
use super::*;
use crate::units::Meter;

#[test]
fn every_setting_has_a_key_of_its_own_in_its_family_and_a_sentence() {
    let mut seen = BTreeSet::new();
    for family in FAMILIES {
        assert!(family.doc.ends_with('.'), "{}", family.name);
        for setting in family.settings {
            assert!(seen.insert(setting.key), "{} stands twice", setting.key);
            assert_eq!(setting.segments().next(), Some(family.name), "{}", setting.key);
            assert!(setting.doc.ends_with('.'), "{}", setting.key);
        }
    }
}

/// A profile that asks over HTTP, so that each of its settings is read.
fn asking_over_http() -> Profile {
    let text = format!("{PLAN}[health]\nkind = \"http\"\n");
    Library::shipped().with("example.toml", text).load("example").unwrap()
}

#[test]
fn a_setting_that_nothing_reads_has_no_place_in_the_vocabulary() {
    let profile = asking_over_http();
    for setting in all().filter(|setting| !setting.is_pattern()) {
        let mut settings = Settings::default();
        for (key, held) in profile.settings.raw().filter(|(key, _)| *key != setting.key) {
            settings.put(key.to_owned(), held.clone());
        }
        let read = chain::read("example", settings, profile.sources.clone());
        assert!(read.is_err_and(|missing| missing.0 == setting.key), "{} is not read", setting.key);
    }
}

#[test]
fn words_in_files_are_the_words_of_the_record() {
    fn same<T: Serialize + Copy>(all: &[T], names: &[&str]) {
        let stored: Vec<String> =
            all.iter().map(|one| serde_json::to_value(one).unwrap().as_str().unwrap().to_owned()).collect();
        assert_eq!(stored, names);
    }
    same(Cause::ALL, Cause::NAMES);
    same(LineKind::ALL, LineKind::NAMES);
    same(AtLimit::ALL, AtLimit::NAMES);
    same(DiskKind::ALL, DiskKind::NAMES);
    same(Range::ALL, Range::NAMES);
    same(RestartPolicy::ALL, RestartPolicy::NAMES);
    same(IdleSignal::ALL, IdleSignal::NAMES);
    same(WakeAnswer::ALL, WakeAnswer::NAMES);
    same(Meter::ALL, Meter::NAMES);
    same(Billing::ALL, Billing::NAMES);
    same(Confidence::ALL, Confidence::NAMES);
    same(Layer::ALL, Layer::NAMES);
}

#[test]
fn a_more_particular_file_wins_key_by_key() {
    let base = Library::shipped().with("example.toml", PLAN).load("example").unwrap();
    let text = "inherits = \"example\"\n[memory]\nlimit = { value = \"1 GiB\", source = \"emu\" }\n";
    let library = Library::shipped().with("example.toml", PLAN).with("example-more.toml", text);
    let more = library.load("example-more").unwrap();
    assert_eq!(more.memory.limit.to_string(), "1 GiB");
    assert_eq!(more.cpu, base.cpu);
    let origin = &more.settings.get("memory.limit").unwrap().origin;
    assert_eq!((origin.place.as_str(), origin.line), ("example-more.toml", Some(3)));
}

#[test]
fn an_entry_that_is_false_is_removed() {
    let text = "inherits = \"example\"\n[router.request_headers]\nx-request-id = false\n";
    let library = Library::shipped().with("example.toml", PLAN).with("example-less.toml", text);
    let less = library.load("example-less").unwrap();
    assert!(!less.router.request_headers.contains_key("x-request-id"));
    assert!(less.router.request_headers.contains_key("x-forwarded-for"));
    assert!(less.settings.get("router.request_headers.x-request-id").is_none());
}

#[test]
fn a_plan_knows_the_ends_of_its_published_range() {
    let heir = |range: &str| format!("inherits = \"example\"\n[plan]\nrange = \"{range}\"\n");
    let library = Library::shipped()
        .with("example.toml", PLAN)
        .with("a-ceiling.toml", heir("ceiling"))
        .with("b-floor.toml", heir("floor"))
        .with("c-typical.toml", heir("typical"))
        .with("d-broken.toml", heir("basement"))
        .with("e-floor-of-another.toml", PLAN.replace("summary", "range = \"floor\"\nsummary"));
    assert_eq!(library.variants("example"), ["b-floor", "a-ceiling"]);
    assert_eq!(library.variants("b-floor"), Vec::<String>::new());
    assert_eq!(library.variants("nobody"), Vec::<String>::new());
}

#[test]
fn lists_show_what_a_price_is_made_of() {
    let shown = |prices: &str| {
        let text = PLAN.replace("price.monthly = \"$0\"", prices);
        Library::shipped().with("example.toml", text).load("example").unwrap().plan.price.to_string()
    };
    assert_eq!(shown("price.monthly = \"$7\""), "$7/month");
    let hours = "price.monthly = \"$0\"\nprice.hours.rate = \"$0.01 / h\"\nprice.hours.free = \"20 h\"";
    assert_eq!(shown(hours), "up to $7/month");
    assert_eq!(shown(&format!("{hours}\nprice.egress.rate = \"$0.02 / GB\"")), "up to $7/month + use");
    let used = "price.monthly = \"$5\"\nprice.cpu.rate = \"$20 / vCPU-month\"\nprice.cpu.billed = \"used\"";
    assert_eq!(shown(used), "$5/month + use");
    assert_eq!(shown(&format!("{used}\nprice.hours.rate = \"$0.01 / h\"")), "$5/month + use");
}

proptest! {
    #[test]
    fn any_text_is_a_profile_or_a_list_of_problems(text in "([a-z_.]{1,12}|\\[[a-z.]{1,9}\\]|=|\"[^\"]{0,5}\"|\n| |[0-9]){0,40}") {
        let _ = Library::shipped().with("example.toml", text).load("example");
    }
}
