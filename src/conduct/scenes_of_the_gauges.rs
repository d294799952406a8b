//! What is counted beside the kernel's counters, on a paused clock, with a scripted app.

use std::sync::atomic::Ordering::Relaxed;

use super::Command;
use super::probe::Unwell;
use super::theatre::Theatre;
use crate::edge::Report;
use crate::event::{Gauges, Kind};
use crate::metrics::{Asked, Select, Wanted};
use crate::units::Elapsed;

fn wanted() -> Wanted {
    Wanted {
        path: "/metrics".into(),
        users: Some(Select::named("users")),
        caches: Vec::new(),
        values: std::collections::BTreeMap::new(),
        every: Elapsed::from_secs(5),
    }
}

/// An app that never sleeps by itself.
fn asking(asked: Asked) -> Theatre {
    Theatre::serving(|spec| (spec.metrics, spec.sleep) = (asked, None))
}

fn gauges(theatre: &Theatre) -> Vec<(u64, Gauges)> {
    theatre.find(|kind| match kind {
        Kind::Gauges(gauges) => Some(Gauges::clone(gauges)),
        _ => None,
    })
}

fn users(theatre: &Theatre) -> Vec<Option<u64>> {
    gauges(theatre).into_iter().map(|(_, gauges)| gauges.users).collect()
}

fn tells(theatre: &Theatre, text: &str) {
    *theatre.book.lock().unwrap() = Ok(text.into());
}

#[tokio::test(start_paused = true)]
async fn the_doors_counts_are_told_when_they_change_and_at_most_each_second() {
    let mut theatre = Theatre::serving(|_| {});
    theatre.at(5).await;
    theatre.meter.open_websockets.store(2, Relaxed);
    theatre.at(20).await;
    theatre.meter.open_websockets.store(0, Relaxed);
    theatre.at(30).await;
    let told: Vec<(u64, u64)> = gauges(&theatre).into_iter().map(|(at, gauges)| (at / 1_000, gauges.sockets)).collect();
    assert!(matches!(told[..], [(5 | 6, 2), (20 | 21, 0)]), "{told:?}");
    theatre.ends(Command::Finish).await;
}

#[tokio::test(start_paused = true)]
async fn the_apps_own_count_is_asked_for_while_it_serves_and_forgotten_when_it_is_away() {
    let mut theatre = asking(Asked::This(wanted()));
    tells(&theatre, "users 3\n");
    theatre.at(20).await;
    theatre.command(Command::Sleep);
    theatre.at(40).await;
    assert_eq!(users(&theatre), [Some(3), None]);
    theatre.command(Command::Wake);
    theatre.at(60).await;
    assert_eq!(users(&theatre), [Some(3), None, Some(3)]);
    theatre.ends(Command::Finish).await;
}

#[tokio::test(start_paused = true)]
async fn an_app_of_no_known_kind_is_asked_nothing() {
    let mut theatre = asking(Asked::OfItsKind);
    tells(&theatre, "active_sessions 4\n");
    theatre.at(5).await;
    theatre.report(Report::Opened("/ws".into()));
    theatre.at(20).await;
    assert_eq!(users(&theatre), []);
    theatre.report(Report::Opened("/_stcore/stream".into()));
    theatre.at(40).await;
    assert_eq!(users(&theatre), [Some(4)]);
    theatre.ends(Command::Finish).await;
}

#[tokio::test(start_paused = true)]
async fn that_an_app_tells_nothing_is_news_only_where_its_user_said_that_it_does() {
    for (asked, notices) in [
        (Asked::This(wanted()), vec!["the app tells nothing of itself: `/metrics` answers with status 404".to_owned()]),
        (Asked::OfItsKind, Vec::new()),
        (Asked::Nothing, Vec::new()),
    ] {
        let mut theatre = asking(asked);
        *theatre.book.lock().unwrap() = Err(Unwell { reason: "status 404".into(), status: Some(404) });
        theatre.at(5).await;
        theatre.report(Report::Opened("/_stcore/stream".into()));
        theatre.at(30).await;
        assert_eq!(theatre.notices(), notices);
        theatre.ends(Command::Finish).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_in_place_of_metrics_is_told() {
    let mut theatre = asking(Asked::This(wanted()));
    tells(&theatre, "<!doctype html>\n");
    theatre.at(30).await;
    let said = "the app tells nothing of itself: `/metrics` answers with no metrics: line 1: found `<!doctype html>`, \
                expected the name of a metric";
    assert_eq!(theatre.notices(), [said]);
    theatre.ends(Command::Finish).await;
}
