use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::*;
use crate::engine::{Happening, Instance};
use crate::event::Ended;

fn order() -> Order {
    Order::plain("r1", InstanceId(1), 10_000)
}

async fn started(script: Script) -> (FakeEngine, FakeInstance, UnboundedReceiver<News>) {
    let engine = FakeEngine::new(move |_| script.clone());
    let (sender, news) = unbounded_channel();
    let instance = engine.create(order(), sender).await.unwrap();
    instance.start().await.unwrap();
    (engine, instance, news)
}

fn ended(news: Option<News>) -> Ended {
    match news.map(|news| news.what) {
        Some(Happening::Ended(ended)) => ended,
        other => panic!("not an end: {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn the_end_is_told_before_the_stop_returns() {
    let (engine, instance, mut news) = started(Script::serving(Elapsed::ZERO)).await;
    assert!(instance.stop("SIGTERM".into(), Elapsed::from_secs(10)).await.unwrap());
    let end = ended(news.try_recv().ok());
    assert_eq!((end.code, end.asked_for), (143, true));
    instance.remove().await.unwrap();
    instance.remove().await.unwrap();
    assert_eq!(engine.calls(), ["create #1", "start #1", "stop #1 SIGTERM", "remove #1", "remove #1"]);
    assert!(engine.left().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_process_that_does_not_heed_the_signal_is_killed_after_the_grace() {
    let (_, instance, mut news) = started(Script::default()).await;
    let before = tokio::time::Instant::now();
    assert!(!instance.stop("SIGTERM".into(), Elapsed::from_secs(10)).await.unwrap());
    assert_eq!(before.elapsed().as_secs(), 10);
    assert_eq!(ended(news.recv().await).code, 137);
}

#[tokio::test(start_paused = true)]
async fn a_kill_overtakes_a_stop() {
    let (_, instance, mut news) = started(Script::default()).await;
    let stop = tokio::spawn({
        let instance = instance.clone();
        async move { instance.stop("SIGTERM".into(), Elapsed::from_secs(10)).await }
    });
    tokio::task::yield_now().await;
    instance.kill().await.unwrap();
    assert!(stop.await.unwrap().is_ok());
    assert!(ended(news.recv().await).asked_for);
    assert!(news.try_recv().is_err(), "a process ends once");
}

#[tokio::test(start_paused = true)]
async fn a_script_plays_in_order_and_memory_has_a_witness() {
    let script = Script::serving(Elapsed::from_secs(1))
        .with(Elapsed::from_secs(3), Act::OutOfMemory)
        .with(Elapsed::from_secs(2), Act::ChildOutOfMemory)
        .with(Elapsed::from_secs(4), Act::Log("never said".into()));
    let (engine, instance, mut news) = started(script).await;
    assert!(engine.ask(instance.address()).is_err());
    assert_eq!(news.recv().await.unwrap().what, Happening::ChildOutOfMemory);
    assert!(engine.ask(instance.address()).is_ok());
    let end = ended(news.recv().await);
    assert_eq!((end.code, end.kernel_oom_kills, end.asked_for), (137, Some(2), false));
    assert!(engine.knock(instance.address()).is_err());
}

#[tokio::test(start_paused = true)]
async fn what_somebody_else_does_was_not_asked_for() {
    let (engine, _, mut news) = started(Script::serving(Elapsed::ZERO)).await;
    engine.kill_from_outside(InstanceId(1));
    let end = ended(news.recv().await);
    assert_eq!((end.code, end.kernel_oom_kills, end.asked_for), (137, Some(0), false));
    engine.take_away(InstanceId(1));
    assert_eq!(news.recv().await.unwrap().what, Happening::Vanished);
}
