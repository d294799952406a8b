//! Plans that give CPU only while a request is open: who is there is told.

use super::*;
use crate::spec::Cause;

const SOCKET: &str = "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
const SWITCH: &str = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";

fn telling() -> Stage {
    Stage::open(|rules| rules.tells_presence = true)
}

/// What was told so far, without the requests that ended.
fn told(stage: &mut Stage) -> Vec<Report> {
    let all = std::iter::from_fn(|| stage.reports.try_recv().ok());
    all.filter(|report| !matches!(report, Report::Ended(_))).collect()
}

#[tokio::test(start_paused = true)]
async fn the_first_request_is_told_before_the_app_hears_of_it_and_the_last_one_when_it_has_ended() {
    let mut stage = telling();
    let (mut one, mut two) = (stage.connect(), stage.connect());
    say(&mut one, GET).await;
    let mut first = stage.app().await;
    assert_eq!(told(&mut stage), [Report::FirstRequest], "before the app was dialled");
    say(&mut two, GET).await;
    let mut second = stage.app().await;
    hear(&mut first, "\r\n\r\n").await;
    say(&mut first, HELLO).await;
    hear(&mut one, "hello").await;
    stage.ended().await;
    assert_eq!(told(&mut stage), [], "one of two has ended");
    hear(&mut second, "\r\n\r\n").await;
    say(&mut second, HELLO).await;
    hear(&mut two, "hello").await;
    assert_eq!(stage.report().await, Report::LastRequest);
    get(&mut one, &mut first, HELLO).await;
    hear(&mut one, "hello").await;
    stage.ended().await;
    assert_eq!(told(&mut stage).first(), Some(&Report::FirstRequest));
}

#[tokio::test(start_paused = true)]
async fn a_websocket_is_there_until_it_is_closed() {
    let mut stage = telling();
    let mut client = stage.connect();
    say(&mut client, SOCKET).await;
    let mut app = stage.app().await;
    hear(&mut app, "\r\n\r\n").await;
    say(&mut app, SWITCH).await;
    hear(&mut client, "\r\n\r\n").await;
    tokio::time::advance(Duration::from_secs(20)).await;
    assert_eq!(told(&mut stage), [Report::FirstRequest, Report::Opened("/ws".into())]);
    drop((client, app));
    assert_eq!(stage.report().await, Report::LastRequest);
}

#[tokio::test(start_paused = true)]
async fn a_client_who_leaves_is_there_no_more() {
    let mut stage = telling();
    let mut client = stage.connect();
    say(&mut client, GET).await;
    let _app = stage.app().await;
    drop(client);
    assert_eq!(stage.report().await, Report::FirstRequest);
    assert_eq!(stage.report().await, Report::LastRequest);
}

#[tokio::test(start_paused = true)]
async fn what_the_door_itself_refuses_is_nobody_for_the_app() {
    let mut stage = Stage::open(|rules| {
        rules.tells_presence = true;
        rules.router.websockets = false;
    });
    let mut client = stage.connect();
    say(&mut client, SOCKET).await;
    hear(&mut client, "NoWebsocket").await;
    let ended = stage.ended().await;
    assert_eq!(ended.ending, crate::event::Ending::Platform(Cause::NoWebsocket));
    assert_eq!(told(&mut stage), []);
}

#[tokio::test(start_paused = true)]
async fn a_plan_that_always_gives_cpu_is_not_told() {
    let mut stage = Stage::open(|_| {});
    let mut client = stage.connect();
    say(&mut client, GET).await;
    let mut app = stage.app().await;
    hear(&mut app, "\r\n\r\n").await;
    say(&mut app, HELLO).await;
    hear(&mut client, "hello").await;
    stage.ended().await;
    assert_eq!(told(&mut stage), []);
}
