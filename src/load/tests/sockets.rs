use std::net::TcpListener;

use tokio::net::TcpListener as Listener;
use tokio::sync::Mutex;

use super::*;
use crate::event::Shortfall;
use crate::load::{Order, Target, start};

/// A server with real sockets that works at one request at a time, each for `service`.
async fn serve(listener: TcpListener, service: Duration) {
    listener.set_nonblocking(true).unwrap();
    let listener = Listener::from_std(listener).unwrap();
    let turn = Arc::new(Mutex::new(()));
    loop {
        let (mut client, _) = listener.accept().await.unwrap();
        let turn = Arc::clone(&turn);
        tokio::spawn(async move {
            let mut request = [0; 1024];
            while client.read(&mut request).await.is_ok_and(|came| came > 0) {
                let _turn = turn.lock().await;
                sleep(service).await;
                if client.write_all(OK.as_bytes()).await.is_err() {
                    return;
                }
            }
        });
    }
}

async fn against(service: Duration, asked: Scenario) -> (Vec<Told>, Outcome) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(serve(listener, service));
    let (_gate, gate) = watch::channel(OPEN);
    let (_stop, stop) = watch::channel(false);
    let (tell, mut heard) = mpsc::unbounded_channel();
    let target = Target { address, host: address.to_string(), gate };
    let generator = start(Order { scenario: Arc::new(asked), target, tell, stop, core: Some(0) }).unwrap();
    let outcome = generator.ended().await.unwrap();
    let mut told = Vec::new();
    while let Ok(one) = heard.try_recv() {
        told.push(one);
    }
    (told, outcome)
}

#[tokio::test]
async fn an_app_at_ten_times_its_capacity_over_real_sockets() {
    let mut asked = only(open(500.0, 1));
    (asked.timeout, asked.connections) = (Elapsed::from_millis(500), 32);
    let (told, outcome) = against(millis(20), asked).await;
    let played = Played { told, outcome };
    let report = played.report("load");
    assert_eq!(played.outcome, Outcome::Done);
    assert_eq!((report.due, report.shortfall), (500, Some(Shortfall::App)), "{report:?}");
    assert!(adds_up(report) && report.generator_cpu > Elapsed::ZERO, "{report:?}");
}

#[tokio::test]
async fn what_is_asked_once_is_answered_once_over_real_sockets() {
    let (told, outcome) = against(Duration::ZERO, only(Model::Each { times: 20 })).await;
    let played = Played { told, outcome };
    assert_eq!(played.report("load").answered, 20);
}

#[tokio::test]
async fn a_core_that_is_not_there_is_told_and_the_work_goes_on() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(serve(listener, Duration::ZERO));
    let (_gate, gate) = watch::channel(OPEN);
    let (_stop, stop) = watch::channel(false);
    let (tell, mut heard) = mpsc::unbounded_channel();
    let target = Target { address, host: address.to_string(), gate };
    let scenario = Arc::new(only(Model::Each { times: 1 }));
    let generator = start(Order { scenario, target, tell, stop, core: Some(100_000) }).unwrap();
    assert_eq!(generator.ended().await.unwrap(), Outcome::Done);
    let first = heard.try_recv().unwrap();
    assert!(matches!(&first, Told::Note(text) if text.contains("CPU 100000")), "{first:?}");
}
