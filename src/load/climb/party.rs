use std::rc::Rc;
use std::sync::atomic::Ordering::Relaxed;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, sleep_until};

use super::person::{Custom, Turn};
use super::recognise::{is_streamlit, words};
use crate::event::{LoadReport, Phase as Mark, PhaseRole};
use crate::load::phase::{Ground, stopped};
use crate::load::tab::crowd::{coming, opens};
use crate::load::tally::Tally;
use crate::load::troubles::Troubles;
use crate::load::watch::thread_cpu;
use crate::load::wire::Dial;
use crate::load::{Outcome, Told};
use crate::pace::{Footing, Stair};
use crate::scenario::{Act, Call, Climb, Deed, Expect, Stay, Step, Touch, Who};
use crate::units::{Elapsed, Memory};

/// How often the leader looks where nothing happens.
const LOOK: Elapsed = Elapsed::from_millis(100);
/// So long somebody new stays, and so long the app gets then to give back what those who left before had.
const VISIT: Elapsed = Elapsed::from_secs(5);

type Vitals = watch::Receiver<Option<Memory>>;

/// Lets users come one by one, as `climb` says. Must run inside a `LocalSet`.
pub(in crate::load) async fn go<D: Dial>(
    climb: &Climb,
    ground: Rc<Ground<D>>,
    (vitals, tell): (Vitals, UnboundedSender<Told>),
) -> Outcome {
    let house = Rc::clone(&ground.house);
    let follow = tokio::task::spawn_local(async move { house.gates.follow().await });
    let stop = ground.stop.clone();
    let outcome = tokio::select! {
        biased;
        () = stopped(stop) => Outcome::Stopped,
        outcome = lead(climb, ground, (vitals, tell)) => outcome,
    };
    follow.abort();
    outcome
}

async fn lead<D: Dial>(
    climb: &Climb,
    ground: Rc<Ground<D>>,
    (vitals, tell): (Vitals, UnboundedSender<Told>),
) -> Outcome {
    ground.house.gates.booted().await;
    let custom = custom(climb, ground, &tell).await;
    let (turned, turns) = unbounded_channel();
    let mut party =
        Party { custom: Rc::new(custom), tasks: JoinSet::new(), people: Vec::new(), turned, turns, vitals, tell };
    if party.first_visit().await
        && party.up(climb).await == Footing::Firm
        && let Some(stay) = climb.stay
    {
        party.stay(stay).await;
    }
    Outcome::Done
}

/// What users of this app do. Says so where it had to be found out.
async fn custom<D: Dial>(climb: &Climb, ground: Rc<Ground<D>>, tell: &UnboundedSender<Told>) -> Custom<D> {
    let who = match &climb.who {
        Who::Found => {
            let streamlit = is_streamlit(&ground.house.dial, &ground.host).await;
            // Whoever does not listen any more does not want to know.
            let _ = tell.send(Told::Note(words(streamlit).into()));
            let tabs = Who::Tabs { page: "/".into(), headers: Vec::new() };
            if streamlit { tabs } else { Who::Requests }
        }
        known => known.clone(),
    };
    let (first, usual) = match who {
        Who::Tabs { page, headers } => {
            let act = |deed| Act::Tab { deed, headers: headers.clone() };
            let open = step("open", act(coming(climb.round.first(), page)));
            (Some(open), step("run again", act(Deed::Touch(Touch::default()))))
        }
        _ => (None, step("GET /", Act::Ask(Call::get("/")))),
    };
    let round = if climb.round.is_empty() { vec![usual] } else { climb.round.clone() };
    // Who opens the app in the round needs not open it before.
    let first = first.filter(|_| !round.first().is_some_and(opens));
    Custom { ground, first, round, think: climb.think, seed: climb.seed }
}

fn step(name: &str, act: Act) -> Step {
    Step { name: name.into(), user: "visitor".into(), act, expect: Expect::default(), within: None }
}

/// Everybody who has come, and whoever listens to what comes of it.
struct Party<D: Dial> {
    custom: Rc<Custom<D>>,
    tasks: JoinSet<()>,
    people: Vec<AbortHandle>,
    turned: UnboundedSender<Turn>,
    turns: UnboundedReceiver<Turn>,
    vitals: Vitals,
    tell: UnboundedSender<Told>,
}

/// What a phase of a climb has seen.
struct Chapter {
    began: Elapsed,
    cpu: Elapsed,
    tally: Tally,
    troubles: Troubles,
}

/// What the leader was woken by.
enum Woken {
    Turn(Turn),
    Felt,
    Look,
}

impl<D: Dial> Party<D> {
    fn now(&self) -> Elapsed {
        self.custom.ground.house.watch.now()
    }

    fn come(&mut self) {
        let user = u32::try_from(self.people.len()).unwrap_or(u32::MAX);
        let life = Rc::clone(&self.custom).live(user, self.turned.clone());
        self.people.push(self.tasks.spawn_local(life));
    }

    /// The first visit of all pays for what the app puts off until somebody comes, so it is told apart.
    async fn first_visit(&mut self) -> bool {
        let mut chapter = self.begin(("first visit", PhaseRole::WarmUp), "the first user comes", 1);
        self.come();
        let mut came = false;
        loop {
            if let Woken::Turn(turn) = self.wait(None).await {
                came |= turn.outcome.is_ok();
                chapter.add(&self.custom, &turn);
                break;
            }
        }
        self.end(&chapter);
        came
    }

    /// One user after the other, until a step does not hold.
    async fn up(&mut self, climb: &Climb) -> Footing {
        for users in 1..=climb.most {
            let footing = self.step(users, climb.within).await;
            if footing != Footing::Firm {
                return footing;
            }
        }
        Footing::Firm
    }

    async fn step(&mut self, users: u32, within: Elapsed) -> Footing {
        let name = if users == 1 { "1 user".to_owned() } else { format!("{users} users") };
        let mut chapter = self.begin((&name, PhaseRole::Measure), "one more, until the app is steady", users);
        if users > 1 {
            self.come();
        }
        let mut stair = Stair::new(users, within);
        loop {
            match self.wait(None).await {
                Woken::Turn(turn) => {
                    stair.turned(turn.user, turn.outcome.is_ok().then(|| turn.at.ended.since(turn.at.sent)));
                    chapter.add(&self.custom, &turn);
                }
                Woken::Felt => {
                    let need = *self.vitals.borrow_and_update();
                    if let Some(need) = need {
                        stair.felt(self.now().since(chapter.began), need);
                    }
                }
                Woken::Look => {}
            }
            let footing = stair.footing(self.now().since(chapter.began));
            if footing != Footing::Unsure {
                self.end(&chapter);
                return footing;
            }
        }
    }

    /// All are there for a while; then half of them leave, and somebody new comes by.
    async fn stay(&mut self, stay: Stay) {
        let users = u32::try_from(self.people.len()).unwrap_or(u32::MAX);
        self.watch((Stay::HOLD, "everybody goes on"), users, stay.holds).await;
        let Some(closed) = stay.closed else { return };
        let left = self.people.split_off(self.people.len() / 2);
        left.iter().for_each(AbortHandle::abort);
        let users = users / 2;
        let leaving = format!("{} leave, {users} stay", left.len());
        self.watch((Stay::LEFT, &leaving), users, closed).await;
        self.come();
        self.watch((Stay::VISIT, "somebody new comes"), users + 1, VISIT).await;
        self.people.pop().iter().for_each(AbortHandle::abort);
        self.watch((Stay::AFTER, "they have left again: some apps tidy up only then"), users, VISIT).await;
    }

    async fn watch(&mut self, (name, what): (&str, &str), users: u32, lasts: Elapsed) {
        let mut chapter = self.begin((name, PhaseRole::Measure), what, users);
        let over = self.custom.ground.house.watch.instant(self.now() + lasts);
        while Instant::now() < over {
            if let Woken::Turn(turn) = self.wait(Some(over)).await {
                chapter.add(&self.custom, &turn);
            }
        }
        self.end(&chapter);
    }

    async fn wait(&mut self, over: Option<Instant>) -> Woken {
        let look = Instant::now() + LOOK.duration();
        let look = over.map_or(look, |over| over.min(look));
        tokio::select! {
            biased;
            Some(turn) = self.turns.recv() => Woken::Turn(turn),
            Ok(()) = self.vitals.changed() => Woken::Felt,
            () = sleep_until(look) => Woken::Look,
        }
    }

    fn begin(&mut self, (name, role): (&str, PhaseRole), what: &str, users: u32) -> Chapter {
        self.say(Told::Phase(Mark { name: name.into(), role, what: what.into(), users: Some(users) }));
        Chapter { began: self.now(), cpu: thread_cpu(), tally: Tally::new(), troubles: Troubles::default() }
    }

    fn end(&self, chapter: &Chapter) {
        chapter.troubles.tell(|line| self.say(Told::Note(line)));
        let report = LoadReport {
            lasted: self.now().since(chapter.began),
            generator_cpu: thread_cpu().since(chapter.cpu),
            ..chapter.tally.report(0)
        };
        self.say(Told::Load(report));
    }

    fn say(&self, told: Told) {
        // Whoever does not listen any more does not want to know.
        let _ = self.tell.send(told);
    }
}

impl Chapter {
    fn add<D: Dial>(&mut self, custom: &Custom<D>, turn: &Turn) {
        let house = &custom.ground.house;
        self.tally.sent(Elapsed::ZERO);
        match &turn.outcome {
            Ok(()) => {
                let cold = house.gates.were_shut(turn.at.sent, turn.at.sent);
                self.tally.answered(turn.at, cold, false);
            }
            Err(failed) => {
                self.tally.failed(failed.failure, 1);
                self.troubles.add(failed.what.clone());
            }
        }
        house.progress.sent.store(self.tally.sent, Relaxed);
        house.progress.answered.store(self.tally.answered, Relaxed);
    }
}
