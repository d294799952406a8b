use std::cell::Cell;

use proptest::prelude::*;
use tokio::runtime::Builder;

use super::*;

/// What an app does with a request.
#[derive(Debug, Clone, Copy)]
enum Deed {
    Answer(u64),
    Wrong(u64),
    Half,
    Close,
    Hang,
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let one = prop_oneof![
        6 => (0_u64..400).prop_map(Deed::Answer),
        1 => (0_u64..4_000).prop_map(Deed::Answer),
        1 => (0_u64..400).prop_map(Deed::Wrong),
        1 => Just(Deed::Half),
        1 => Just(Deed::Close),
        1 => Just(Deed::Hang),
    ];
    proptest::collection::vec(one, 1..20)
}

fn models() -> impl Strategy<Value = Model> {
    prop_oneof![
        (1.0..80.0_f64, 1.0..80.0_f64, 1_u64..6).prop_map(|(from, to, secs)| Model::Open {
            from: Rate(from),
            to: Rate(to),
            lasts: Elapsed::from_secs(secs)
        }),
        (1_u32..12, 0_u64..300, 1_u64..6).prop_map(|(users, think, secs)| closed(users, think, secs)),
        (1_u32..12).prop_map(|times| Model::Each { times }),
    ]
}

/// Does one deed after the other, whoever asks. The first request is the check, and is answered.
fn app(deeds: Vec<Deed>) -> impl Fn(Visit) -> std::pin::Pin<Box<dyn Future<Output = ()>>> {
    let asked = Rc::new(Cell::new(0_usize));
    let deeds = Rc::new(deeds);
    move |mut visit| {
        let (asked, deeds) = (Rc::clone(&asked), Rc::clone(&deeds));
        Box::pin(async move {
            while visit.request().await.is_some() {
                let number = asked.replace(asked.get() + 1);
                let deed = number.checked_sub(1).map_or(Deed::Answer(1), |number| deeds[number % deeds.len()]);
                match deed {
                    Deed::Answer(after) => {
                        sleep(millis(after)).await;
                        visit.say(OK).await;
                    }
                    Deed::Wrong(after) => {
                        sleep(millis(after)).await;
                        visit.say("HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n").await;
                    }
                    Deed::Half => return visit.say("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n").await,
                    Deed::Close => return,
                    Deed::Hang => std::future::pending().await,
                }
            }
        })
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_request_is_counted_once_whatever_happens(
        deeds in deeds(),
        model in models(),
        connections in 1_u32..12,
        stop in proptest::option::of(0_u64..9_000),
    ) {
        let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let mut asked = only(model);
        (asked.connections, asked.timeout) = (connections, Elapsed::from_secs(2));
        let played = runtime.block_on(play_with(asked, Pipes(app(deeds)), async move |hands: &Hands| {
            if let Some(after) = stop {
                sleep(millis(after)).await;
                hands.stop.send_replace(true);
            }
        }));
        for told in &played.told {
            if let Told::Load(report) = told {
                prop_assert!(adds_up(report), "{:?}", report);
            }
        }
        if let (Model::Open { from, to, lasts }, Outcome::Done) = (model, &played.outcome) {
            let integral = f64::midpoint(from.0, to.0) * lasts.secs_f64();
            #[expect(clippy::cast_precision_loss, reason = "small numbers")]
            let due = played.report("load").due as f64;
            prop_assert!((due - integral).abs() <= 1.0, "{due} of {integral}");
        }
    }
}
