use super::example::machine;
use super::*;
use crate::profile::example::PLAN;
use std::sync::LazyLock;

use proptest::prelude::*;

use crate::profile::{Library, Profile, key, vocabulary};
use crate::units::{Elapsed, Memory, Millicores};

fn app() -> AppSpec {
    AppSpec { name: "registry/team/web:3".into(), image: Image::Mimic, command: Vec::new() }
}

/// A plan of the test's own, over the shipped base.
fn profile(extra: &str) -> Profile {
    let text = format!("{PLAN}\n{extra}");
    Library::shipped().with("example-free.toml", text).load("example-free").unwrap()
}

fn resolved(extra: &str, overrides: &Overrides) -> Spec {
    resolve(&profile(extra), app(), &machine(), overrides).unwrap()
}

fn promise<'s>(spec: &'s Spec, what: &str) -> &'s Keeping {
    let found = spec.fidelity.iter().find(|promise| promise.what.contains(what));
    &found.unwrap_or_else(|| panic!("no promise about {what} in {:#?}", spec.fidelity)).keeping
}

#[test]
fn warp_divides_the_timers_of_the_platform_and_leaves_those_of_the_app_alone() {
    let timers = r#"
[start]
delay = "40 s"
[sleep]
after = "15 min"
check_every = "60 s"
[restart]
delay = "20 s"
scheduled = "24 h"
[health]
initial_delay = "60 s"
unroute_after = "15 s"
restart_after = "60 s"
[router]
first_byte = "30 s"
"#;
    let one = resolved(timers, &Overrides::default());
    let ten = resolved(timers, &Overrides { warp: 10, ..Overrides::default() });
    assert_eq!(ten.start.delay, Elapsed::from_secs(4));
    assert_eq!(ten.sleep.as_ref().unwrap().after, Elapsed::from_secs(90));
    assert_eq!(ten.sleep.as_ref().unwrap().check_every, Elapsed::from_secs(6));
    assert_eq!(ten.restart.delay, Elapsed::from_secs(2));
    assert_eq!(ten.restart.scheduled, Some(Elapsed::from_secs(8640)));
    assert_eq!(ten.restart.reset_after, Elapsed::from_secs(60));
    assert_eq!((&ten.health, &ten.router, &ten.boot), (&one.health, &one.router, &one.boot));
    assert_eq!((&ten.shutdown, &ten.wake), (&one.shutdown, &one.wake));
    assert!(matches!(promise(&ten, "sleep after"), Keeping::Approximated(_)));
    assert_eq!(promise(&one, "sleep after"), &Keeping::Kept);
}

#[test]
fn a_plan_larger_than_the_machine_is_refused_with_both_figures() {
    let overrides = Overrides { set: vec!["memory.limit=16 GiB".into()], ..Overrides::default() };
    let problems = resolve(&profile(""), app(), &machine(), &overrides).unwrap_err();
    assert_eq!(problems[0].to_string(), "the plan has 16 GiB of memory, but `fake` can give 8192.0 MiB");
    assert!(problems[0].hint().contains("--set memory.limit=8GiB"), "{}", problems[0].hint());
}

#[test]
fn a_cpu_share_above_the_machine_becomes_all_its_cores_and_is_told() {
    let overrides = Overrides { set: vec!["cpu.share=6 CPU".into()], ..Overrides::default() };
    let spec = resolved("", &overrides);
    assert_eq!(spec.cpu.share, Millicores::new(4000));
    assert!(matches!(promise(&spec, "6 CPU"), Keeping::Approximated(how) if how.contains("4 cores")));
}

#[test]
fn a_slow_zone_needs_swap_and_without_it_the_container_is_killed_where_the_platform_kills() {
    let zone = "[memory]\n";
    let zone = PLAN.replace(
        zone,
        "[memory]\nat_limit = \"slow-then-kill\"\nkill_at = \"1 GiB\"\nswap = \"512 MiB\"\nslow_check = \"20 s\"\n",
    );
    let profile = Library::shipped().with("example-slow.toml", zone).load("example-slow").unwrap();
    let without = resolve(&profile, app(), &machine(), &Overrides::default()).unwrap();
    assert_eq!((without.memory.enforced(), without.memory.swap), (Memory::from_mib(1024), Memory::default()));
    assert_eq!(without.memory.limit, Memory::from_mib(512));
    assert!(matches!(promise(&without, "then slow"), Keeping::Approximated(how) if how.contains("does not slow")));
    let swapping = Machine { swap: Memory::from_mib(512), ..machine() };
    let with = resolve(&profile, app(), &swapping, &Overrides::default()).unwrap();
    assert_eq!((with.memory.enforced(), with.memory.swap), (Memory::from_mib(512), Memory::from_mib(512)));
}

#[test]
fn placeholders_are_filled_and_the_users_variables_win() {
    let environment = "[environment]\nURL = \"http://{host}\"\nNAME = \"{app}\"\nWHO = \"{instance}\"\nMODE = \"a\"\n";
    let overrides = Overrides {
        environment: vec![Variable::from_flag("--env", "MODE", "b"), Variable::from_file(".env", Some(3), "X", "1")],
        host: Some("127.0.0.1:8080".into()),
        ..Overrides::default()
    };
    let spec = resolved(environment, &overrides);
    let seen = spec.environment_of("7");
    let of = |name: &str| seen.get(name).map(String::as_str);
    assert_eq!((of("URL"), of("NAME"), of("WHO")), (Some("http://127.0.0.1:8080"), Some("web"), Some("7")));
    assert_eq!((of("MODE"), of("X"), of("PORT")), (Some("b"), Some("1"), Some("8080")));
    assert_eq!(spec.origins["environment.X"].place, ".env");
    assert_eq!(spec.origins["environment.X"].line, Some(3));
}

#[test]
fn an_app_that_is_told_another_port_is_looked_for_there() {
    let overrides =
        Overrides { environment: vec![Variable::from_flag("--env", "PORT", "9000")], ..Overrides::default() };
    assert_eq!(resolved("", &overrides).port.number, 9000);
}

#[test]
fn the_platform_delay_can_be_switched_off_and_that_is_told() {
    let overrides = Overrides { platform_delay: PlatformDelay::Off, ..Overrides::default() };
    let spec = resolved("[start]\ndelay = \"40 s\"\n", &overrides);
    assert_eq!(spec.start.delay, Elapsed::ZERO);
    assert!(matches!(promise(&spec, "platform delay 40 s"), Keeping::NotKept(_)));
}

#[test]
fn a_wrong_override_names_the_key_that_was_meant() {
    let overrides = Overrides { set: vec!["memory.limt=1 GB".into(), "cpu.share=fast".into()], ..Overrides::default() };
    let problems = resolve(&profile(""), app(), &machine(), &overrides).unwrap_err();
    assert_eq!(problems.len(), 2, "all problems come together");
    assert!(problems[0].to_string().ends_with("(did you mean `memory.limit`?)"), "{}", problems[0]);
    assert!(!problems[0].hint().contains("did you mean"), "once is enough");
    assert!(problems[1].to_string().contains("a number of CPUs"), "{}", problems[1]);
}

#[test]
fn the_short_form_has_one_line_for_each_degree_of_keeping() {
    let spec = resolved("", &Overrides::default());
    let lines = compact(&spec.fidelity);
    assert_eq!(lines.len(), 3, "{lines:#?}");
    assert!(lines[0].starts_with("enforced: memory 512 MiB then killed, no swap, "), "{}", lines[0]);
    assert!(lines[1].starts_with("approximated: 0.5 CPU"), "{}", lines[1]);
    assert_eq!(lines[2], "not emulated: TLS and HTTP/2");
}

#[test]
fn an_http_check_asks_the_built_in_app_where_it_answers() {
    let check = "[health]\nkind = \"http\"\npath = \"/up\"\nbody = \"ok\"\n";
    assert_eq!(resolved(check, &Overrides::default()).health.check, HealthCheck::Http(MIMIC_HEALTH.into()));
    let named = AppSpec { image: Image::Named("web:3".into()), ..app() };
    let spec = resolve(&profile(check), named, &machine(), &Overrides::default()).unwrap();
    assert_eq!(spec.health.check, HealthCheck::Http("/up".into()));
}

/// Keys and values as people may type them, right and wrong.
fn assignment() -> impl Strategy<Value = String> {
    let keys: Vec<&str> = vocabulary::all().map(|setting| setting.key).collect();
    let value = prop_oneof!["[a-z0-9 .]{0,8}", "[0-9]{1,4} (MiB|GB|s|h|CPU)", Just("none".to_owned())];
    (proptest::sample::select(keys), value).prop_map(|(key, value)| format!("{key}={value}"))
}

fn any_machine() -> impl Strategy<Value = Machine> {
    (any::<[bool; 6]>(), 0_u64..16_384, 0_u64..16_384, 0_u32..64).prop_map(|(can, memory, swap, cpus)| Machine {
        memory: Memory::from_mib(memory),
        swap: Memory::from_mib(swap),
        cpus,
        can: Capabilities {
            memory_limit: can[0],
            swap_limit: can[1],
            cpu_quota: can[2],
            pids_limit: can[3],
            cpuset: can[4],
            live_limits: can[5],
            ..machine().can
        },
        ..machine()
    })
}

static WITH_A_VARIABLE: LazyLock<Profile> = LazyLock::new(|| profile("[environment]\nMODE = \"a\"\n"));

proptest! {
    #[test]
    fn resolving_never_panics_and_every_value_has_an_origin(
        set in prop::collection::vec(assignment(), 0..3),
        variables in prop::collection::vec(("[A-Z]{1,6}|PORT", ".{0,8}"), 0..3),
        machine in any_machine(),
        warp in 0_u32..1000,
    ) {
        let environment = variables.into_iter().map(|(name, value)| Variable::from_flag("--env", name, value));
        let overrides = Overrides { set, environment: environment.collect(), warp, ..Overrides::default() };
        let Ok(spec) = resolve(&WITH_A_VARIABLE, app(), &machine, &overrides) else { return Ok(()) };
        for setting in vocabulary::all().filter(|setting| !setting.is_pattern()) {
            prop_assert!(spec.origins.contains_key(setting.key), "{} has no origin", setting.key);
        }
        for cause in Cause::ALL {
            let key = format!("answers.{}.status", cause.name());
            let like = format!("answers.{}.like", cause.name());
            prop_assert!(spec.origins.contains_key(&key) || spec.origins.contains_key(&like));
        }
        for name in spec.environment.keys() {
            let key = key::join(&["environment", name]);
            prop_assert!(spec.origins.contains_key(&key), "{key} has no origin");
        }
        prop_assert!(spec.warp >= 1 && !spec.fidelity.is_empty());
        prop_assert!(spec.memory.enforced() <= machine.memory);
        let changes = spec.cpu.burst.is_some() || spec.cpu.while_serving_only;
        prop_assert!(!changes || (machine.can.live_limits && machine.can.cpu_quota));
        prop_assert!(spec.cpu.burst.is_none_or(|burst| burst.share > spec.cpu.share));
    }
}

#[test]
fn the_built_in_app_is_told_its_port_where_the_platform_tells_nobody() {
    let check = "[port]\nvariable = \"none\"\nnumber = 8501\n";
    assert_eq!(resolved(check, &Overrides::default()).environment["PORT"], "8501");
    let named = AppSpec { image: Image::Named("web".into()), ..app() };
    let spec = resolve(&profile(check), named, &machine(), &Overrides::default()).unwrap();
    assert!(!spec.environment.contains_key("PORT"));
}

#[test]
fn the_load_gets_a_core_of_its_own_where_the_plan_fits_on_the_others() {
    let spec = |share: &str, spare_cores: u32| {
        let overrides = Overrides { spare_cores, set: vec![format!("cpu.share={share}")], ..Overrides::default() };
        resolved("", &overrides)
    };
    let cpus = machine().cpus;
    assert_eq!(spec("0.1 CPU", 0).cpu.cores_seen, None);
    let beside = spec("0.1 CPU", 1);
    assert_eq!(beside.cpu.cores_seen, Some(cpus - 1));
    assert!(matches!(promise(&beside, "cores to run on"), Keeping::Approximated(_)));
    assert_eq!(spec(&format!("{cpus} CPU"), 1).cpu.cores_seen, None);
}

const BURSTS: &str =
    "[cpu]\nburst.share = \"2 CPU\"\nburst.start = \"5 s\"\nburst.cap = \"500 s\"\nwhile_serving_only = true\n";

fn on(machine: &Machine, overrides: &Overrides) -> Spec {
    let text = PLAN.replace("[cpu]\n", BURSTS);
    let profile = Library::shipped().with("example-bursts.toml", text).load("example-bursts").unwrap();
    resolve(&profile, app(), machine, overrides).unwrap()
}

#[test]
fn a_share_that_changes_is_kept_nearly_where_limits_can_change() {
    let spec = on(&machine(), &Overrides::default());
    let burst = spec.cpu.burst.as_ref().unwrap();
    let (start, cap) = (Elapsed::from_secs(5), Elapsed::from_secs(500));
    assert_eq!((burst.share, burst.start, burst.cap), (Millicores::new(2_000), start, cap));
    assert!(spec.cpu.while_serving_only);
    let late = "the bank is read with every sample, the share changes up to a tenth of a second late";
    assert_eq!(promise(&spec, "bursts to 2 CPU"), &Keeping::Approximated(late.into()));
    let rest =
        "1 ms of each second at other times; given some ms after a request has come, taken 0.1 s after the last one";
    assert_eq!(promise(&spec, "CPU only while serving"), &Keeping::Approximated(rest.into()));
    let warped = on(&machine(), &Overrides { warp: 10, ..Overrides::default() });
    assert_eq!((&warped.cpu.burst, warped.cpu.share), (&spec.cpu.burst, spec.cpu.share), "CPU time is not warped");
    let told = format!("{late}; the bank is not warped: CPU time is the app's own");
    assert_eq!(promise(&warped, "bursts to"), &Keeping::Approximated(told));
}

#[test]
fn a_share_that_cannot_change_is_constant_and_told_with_its_reason() {
    let told = |edit: fn(&mut Capabilities)| {
        let mut machine = machine();
        edit(&mut machine.can);
        let spec = on(&machine, &Overrides::default());
        assert_eq!((spec.cpu.burst.as_ref(), spec.cpu.while_serving_only), (None, false));
        ["bursts to", "CPU only"].map(|what| match promise(&spec, what) {
            Keeping::NotKept(why) => why.clone(),
            other => panic!("{what}: {other:?}"),
        })
    };
    let engine = "this engine cannot change the share of an app that runs";
    let kernel = "this kernel has no CPU quota";
    let share = "the app gets the share it can count on";
    let rest = "the app keeps its share between requests";
    assert_eq!(told(|can| can.live_limits = false), [format!("{engine}: {share}"), format!("{engine}: {rest}")]);
    assert_eq!(told(|can| can.cpu_quota = false), [format!("{kernel}: {share}"), format!("{kernel}: {rest}")]);
}

#[test]
fn a_burst_above_the_machine_becomes_all_its_cores_and_one_that_is_none_there_is_left_out() {
    let small = |cpus| on(&Machine { cpus, ..machine() }, &Overrides::default());
    let one = small(1);
    assert_eq!(one.cpu.burst.as_ref().map(|burst| burst.share), Some(Millicores::new(1_000)));
    assert!(
        matches!(promise(&one, "bursts to"), Keeping::Approximated(how) if how.ends_with("; this machine has 1 core"))
    );
    let set = vec!["cpu.share=1 CPU".into()];
    let none = on(&Machine { cpus: 1, ..machine() }, &Overrides { set, ..Overrides::default() });
    assert_eq!(none.cpu.burst, None);
    assert!(matches!(promise(&none, "bursts to"), Keeping::NotKept(why) if why.contains("this machine has 1 core")));
}

#[test]
fn the_cores_that_an_app_sees_hold_its_burst() {
    let set = vec!["cpu.cores_seen=1".into()];
    let spec = on(&machine(), &Overrides { set, ..Overrides::default() });
    assert_eq!(spec.cpu.cores_seen, None, "2 CPU do not fit on one core");
}

#[test]
fn an_engine_that_does_not_count_packets_says_so_and_takes_the_answers_for_them() {
    let sleepy = "[sleep]\nafter = \"10 min\"\ncounts = [\"outbound\"]\n";
    let with = |sent_packets| {
        let machine = Machine { can: Capabilities { sent_packets, ..machine().can }, ..machine() };
        resolve(&profile(sleepy), app(), &machine, &Overrides::default()).unwrap()
    };
    let counts = |spec: &Spec| spec.sleep.as_ref().map(|sleep| sleep.counts.clone());
    assert_eq!(counts(&with(true)), Some(vec![IdleSignal::Outbound]));
    assert_eq!(promise(&with(true), "awake while"), &Keeping::Kept);
    let answers = vec![IdleSignal::Request, IdleSignal::WebsocketMessage, IdleSignal::WebsocketPing];
    assert_eq!(counts(&with(false)), Some(answers));
    assert!(
        matches!(promise(&with(false), "awake while"), Keeping::Approximated(how) if how.contains("does not count"))
    );
}
