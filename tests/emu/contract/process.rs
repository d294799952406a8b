//! Exit status, output, surroundings of the process, and its end on request.

use emu::engine::{Ended, Engine, Happening, Instance, Order};
use emu::units::Elapsed;

use super::is_apart;
use super::lab::{Lab, order};

pub async fn an_exit_status_is_kept(engine: &impl Engine) {
    let mut lab = Lab::start(engine, order(&["--crash-at-boot", "3"])).await;
    let ended = lab.ended().await;
    assert_eq!((ended.code, ended.engine_says_oom, ended.asked_for), (3, false, false));
    lab.remove().await;
}

pub async fn a_normal_end_is_told_as_one(engine: &impl Engine) {
    let mut lab = Lab::start(engine, order(&["--exit-after", "10ms"])).await;
    let ended = lab.ended().await;
    assert_eq!((ended.code, ended.engine_says_oom, ended.asked_for), (0, false, false));
    lab.remove().await;
}

pub async fn every_line_arrives_in_order_and_before_the_end(engine: &impl Engine) {
    let mut lab = Lab::serve(engine, order(&[])).await;
    let asked: Vec<_> = (0..200).map(|number| format!("GET /answer?number={number} 200")).collect();
    for number in 0..200 {
        lab.get(&format!("/answer?number={number}")).await;
    }
    lab.instance.stop("SIGTERM".into(), Elapsed::from_secs(10)).await.expect("it stops");
    lab.ended().await;
    let told: Vec<_> = lab.lines.iter().filter(|line| line.starts_with("GET /answer")).cloned().collect();
    assert_eq!(told, asked);
    assert_eq!(lab.lines.last().map(String::as_str), Some("leaving with exit status 0"));
    lab.remove().await;
}

pub async fn the_process_finds_what_was_ordered(engine: &impl Engine) {
    let apart = is_apart(engine);
    let user = engine.machine().can.other_user.then(|| "nobody".to_owned());
    let mut wanted =
        Order { hostname: Some("box".into()), user: user.clone(), workdir: Some("/tmp".into()), ..order(&[]) };
    wanted.environment.insert("GREETING".into(), "a = b\nc".into());
    let mut lab = Lab::start(engine, wanted).await;
    let line = lab.line("I am process").await;
    assert!(line == "I am process 1 of nobody on box, in /tmp" || !apart, "{line}");
    assert!(line.ends_with(", in /tmp") && line.contains(&user.unwrap_or_default()), "{line}");
    let line = lab.line("listening on").await;
    assert!(line.starts_with(&format!("listening on 0.0.0.0:{}", lab.port)), "{line}");
    let seen = lab.get("/see").await;
    assert!(seen.contains("GREETING"), "{seen}");
    lab.remove().await;
}

pub async fn a_process_that_obeys_ends_within_its_grace(engine: &impl Engine) {
    let mut lab = Lab::serve(engine, order(&[])).await;
    assert_eq!(lab.instance.stop("SIGTERM".into(), Elapsed::from_secs(20)).await, Ok(true));
    let ended = lab.ended().await;
    assert_eq!((ended.code, ended.asked_for), (0, true));
    lab.remove().await;
}

pub async fn a_process_that_ignores_the_signal_is_killed_after_its_grace(engine: &impl Engine) {
    let mut lab = Lab::serve(engine, order(&["--ignore-term"])).await;
    assert_eq!(lab.instance.stop("SIGTERM".into(), Elapsed::from_millis(300)).await, Ok(false));
    let ended = lab.ended().await;
    assert!(lab.lines.iter().any(|line| line.contains("received SIGTERM, going on")), "{:?}", lab.lines);
    assert!(matches!(ended, Ended { code: 137, engine_says_oom: false, asked_for: true, .. }), "{ended:?}");
    lab.remove().await;
}

pub async fn listening_sockets_are_found(engine: &impl Engine) {
    let lab = Lab::serve(engine, order(&["--listen", "127.0.0.1"])).await;
    match lab.instance.listeners().await {
        Ok(found) => {
            let found: Vec<_> = found.iter().map(|listener| listener.address.to_string()).collect();
            assert_eq!(found, [format!("127.0.0.1:{}", lab.port)]);
        }
        // Where the process is not visible, a command must be run inside; the built-in app's image has none.
        Err(error) => assert!(!engine.machine().can.fast_counters, "{error}"),
    }
    lab.remove().await;
}

pub async fn removing_twice_succeeds(engine: &impl Engine) {
    let lab = Lab::start(engine, order(&[])).await;
    assert_eq!(lab.instance.remove().await, Ok(()));
    assert_eq!(lab.instance.remove().await, Ok(()));
}

pub async fn removing_a_running_instance_tells_its_end_first(engine: &impl Engine) {
    let mut lab = Lab::serve(engine, order(&[])).await;
    lab.instance.remove().await.expect("removed");
    let what = lab
        .until(|what| match what {
            Happening::Ended(_) | Happening::Vanished => Some(what.clone()),
            _ => None,
        })
        .await;
    assert!(matches!(what, Happening::Ended(Ended { asked_for: true, .. })), "{what:?}");
}

/// The app's own binary is the one program that is there on every engine whose instances are apart.
pub async fn exec_runs_beside_the_app(engine: &impl Engine) {
    if !is_apart(engine) {
        return;
    }
    let lab = Lab::serve(engine, order(&[])).await;
    let exec = async |word: &str| {
        let command = vec!["/proc/1/exe".to_owned(), word.to_owned()];
        lab.instance.exec(command).await.expect("it runs")
    };
    let version = exec("--version").await;
    assert_eq!(version.code, 0, "{version:?}");
    assert_eq!(version.output.trim(), concat!("emu ", env!("CARGO_PKG_VERSION")));
    assert_eq!(exec("--no-such-flag").await.code, 2);
    assert!(lab.get("/health").await.starts_with("HTTP/1.1 200"), "the app goes on");
    lab.remove().await;
}
