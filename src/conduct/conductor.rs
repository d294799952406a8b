use std::collections::VecDeque;
use std::sync::Arc;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep_until;

use super::gauges::GaugeDesk;
use super::hands::{Done, Hands};
use super::metrics::{Answer, inquire};
use super::packets::Packets;
use super::probe::{Probe, Rounds, watch};
use super::record::Record;
use super::{Command, Run};
use crate::edge::{Activity, Epoch, Meter, Report};
use crate::engine::{Engine, Happening, News};
use crate::event::{Event, Finish, Gate, Header, InstanceId, Kind};
use crate::lifecycle::{Effect, Input, Lifecycle, Line, Rules, Turn, fill};
use crate::metrics::{Asked, Told, Wanted, known};
use crate::spec::IdleSignal;
use crate::units::Elapsed;

/// One run, being carried out.
pub(super) struct Conductor<E: Engine, P, F> {
    epoch: Epoch,
    header: Arc<Header>,
    listening: Option<String>,
    gate: watch::Sender<Gate>,
    meter: Arc<Meter>,
    reports: UnboundedReceiver<Report>,
    commands: UnboundedReceiver<Command>,
    news: UnboundedReceiver<News>,
    done: UnboundedReceiver<Done<E::Instance>>,
    /// Where probes tell what they see.
    tell: UnboundedSender<Done<E::Instance>>,
    hands: Hands<E>,
    probe: P,
    /// The probe of the instance that runs. Dropping it ends it.
    watcher: JoinSet<()>,
    /// The last line that the running instance wrote.
    last_words: Option<String>,
    gauges: GaugeDesk,
    packets: Packets,
    /// Asks the app about itself. Dropping it ends it.
    inquiry: JoinSet<()>,
    record: Record<F>,
}

/// What happened.
enum What<I> {
    Command(Command),
    Deadline,
    Report(Report),
    News(News),
    Done(Done<I>),
    TimeToCount,
}

impl<E: Engine, P: Probe, F: FnMut(Event)> Conductor<E, P, F> {
    pub fn new(run: Run<E>, probe: P, publish: F) -> Self {
        let (tell, done) = unbounded_channel();
        let (to_news, news) = unbounded_channel();
        let header = Arc::new(run.header);
        Self {
            epoch: run.epoch,
            listening: run.listening,
            gate: run.gate,
            meter: run.meter,
            reports: run.reports,
            commands: run.commands,
            news,
            done,
            hands: Hands::new(run.engine, header.clone(), to_news, tell.clone()),
            header,
            tell,
            probe,
            watcher: JoinSet::new(),
            last_words: None,
            gauges: GaugeDesk::new(),
            packets: Packets::default(),
            inquiry: JoinSet::new(),
            record: Record::new(run.epoch, publish),
        }
    }

    pub async fn play(mut self) -> Finish {
        self.record.write(Kind::Header(Box::new(Header::clone(&self.header))));
        if let Some(address) = self.listening.clone() {
            self.record.write(Kind::Listening { address });
        }
        if let Asked::This(wanted) = &self.header.spec.metrics {
            self.inquire(wanted.clone());
        }
        let (mut lifecycle, effects) = Lifecycle::begin(self.rules(), self.epoch.now());
        let mut over = self.follow(&mut lifecycle, effects);
        loop {
            if let Some(finish) = over {
                self.record.write(Kind::Finished(finish.clone()));
                return finish;
            }
            let what = self.next(lifecycle.next_deadline()).await;
            let Some(input) = self.input(what) else { continue };
            let effects = lifecycle.step(self.epoch.now(), input);
            over = self.follow(&mut lifecycle, effects);
        }
    }

    fn rules(&self) -> Rules {
        let mut rules = Rules::from(&self.header.spec);
        if let Some(address) = &self.listening {
            rules.values.set("address", address.as_str());
        }
        rules
    }

    /// Commands come first, so that a flood of log lines does not drown a Ctrl-C; news come before
    /// answers, so that the end of a process is told before the stop that brought it about.
    async fn next(&mut self, deadline: Option<Elapsed>) -> What<E::Instance> {
        let epoch = self.epoch;
        tokio::select! {
            biased;
            Some(command) = self.commands.recv() => What::Command(command),
            () = until(epoch, deadline) => What::Deadline,
            Some(report) = self.reports.recv() => What::Report(report),
            Some(news) = self.news.recv() => What::News(news),
            Some(done) = self.done.recv() => What::Done(done),
            () = self.gauges.due() => What::TimeToCount,
        }
    }

    /// Records what is only a fact, and passes on what the lifecycle must know.
    fn input(&mut self, what: What<E::Instance>) -> Option<Input> {
        match what {
            What::Deadline => Some(Input::Tick),
            What::Command(command) => self.asked(command),
            What::Report(Report::Ended(request)) => self.fact(Kind::Request(request)),
            What::Report(Report::WakeAsked { request, .. }) => Some(Input::WakeAsked(request)),
            What::Report(Report::Opened(path)) => self.opened(&path),
            What::Report(Report::FirstRequest) => Some(Input::FirstRequest),
            What::Report(Report::LastRequest) => Some(Input::LastRequest),
            What::News(news) => self.turn(news).map(|(instance, turn)| Input::Instance(instance, turn)),
            What::Done(Done::Made(instance)) => Some(Input::Instance(self.hands.hold(instance), Turn::Created)),
            What::Done(Done::Turn(instance, turn)) => Some(Input::Instance(instance, turn)),
            What::Done(Done::Losses(losses)) => self.fact(Kind::Losses(losses)),
            What::Done(Done::Answered(answer)) => self.heard(answer),
            What::TimeToCount => self.count(),
        }
    }

    /// What is asked of the lifecycle, and what is only written down.
    fn asked(&mut self, command: Command) -> Option<Input> {
        match command {
            Command::Interrupt => Some(Input::Interrupt),
            Command::Finish => Some(Input::Finish),
            Command::Wake => Some(Input::Wake),
            Command::Sleep => Some(Input::Sleep),
            Command::Restart => Some(Input::Restart),
            Command::Mark(text) => self.fact(Kind::Mark { text }),
            Command::Phase(phase) => self.fact(Kind::Phase(phase)),
            Command::Load(load) => self.fact(Kind::Load(load)),
            Command::Notice(text) => self.fact(Kind::Notice { text }),
        }
    }

    /// Somebody opened a WebSocket. Its path may show of what kind the app is, and where it tells of itself.
    /// It is not asked where its answer to emu would keep it awake.
    fn opened(&mut self, path: &str) -> Option<Input> {
        let counted = self.header.spec.sleep.as_ref().is_some_and(|sleep| sleep.counts.contains(&IdleSignal::Outbound));
        if self.header.spec.metrics == Asked::OfItsKind && self.inquiry.is_empty() && !counted {
            self.inquire(known(path)?);
        }
        None
    }

    fn inquire(&mut self, wanted: Wanted) {
        let tell = self.tell.clone();
        // A conductor that has left does not listen any more.
        let tell = move |answer| drop(tell.send(Done::Answered(answer)));
        self.inquiry.spawn(inquire(self.probe.clone(), self.gate.subscribe(), wanted, tell));
    }

    /// The app said something of itself. That it cannot is news only where its user said that it could.
    fn heard(&mut self, answer: Answer) -> Option<Input> {
        match answer {
            Answer::Told(told) => self.gauges.hear(told),
            Answer::Away => self.gauges.hear(Told::default()),
            Answer::Strange(why) if matches!(self.header.spec.metrics, Asked::This(_)) => {
                self.record.write(Kind::Notice { text: format!("the app tells nothing of itself: {why}") });
            }
            Answer::Strange(_) => {}
        }
        None
    }

    /// Tells the counts of the front door where they changed.
    fn count(&mut self) -> Option<Input> {
        let gauges = self.gauges.look(&self.meter)?;
        self.fact(Kind::Gauges(Box::new(gauges)))
    }

    fn fact(&mut self, kind: Kind) -> Option<Input> {
        self.record.write(kind);
        None
    }

    fn turn(&mut self, News { instance, what }: News) -> Option<(InstanceId, Turn)> {
        let turn = match what {
            Happening::Log { stderr, line } => {
                if !line.trim().is_empty() {
                    self.last_words = Some(line.trim().to_owned());
                }
                self.record.write(Kind::Log { instance, stderr, line });
                return None;
            }
            Happening::Sample(sample) => {
                let turn = Turn::Sampled { need: sample.need, cpu: sample.cpu, oom_kills: sample.oom_kills };
                self.packets.look(&sample, self.epoch.now(), &self.meter);
                self.record.write(Kind::Sample(Box::new(sample)));
                turn
            }
            Happening::ChildOutOfMemory => Turn::ChildOutOfMemory,
            Happening::Ended(ended) => Turn::Ended { ended, last_words: self.last_words.take() },
            Happening::Vanished => Turn::Vanished,
        };
        Some((instance, turn))
    }

    /// Carries out effects, and what the answers that are at hand lead to.
    fn follow(&mut self, lifecycle: &mut Lifecycle, effects: Vec<Effect>) -> Option<Finish> {
        self.move_gate(&effects);
        let mut effects = VecDeque::from(effects);
        while let Some(effect) = effects.pop_front() {
            match effect {
                Effect::Over(finish) => return Some(finish),
                Effect::ReadActivity => {
                    let answer = self.activity();
                    let more = lifecycle.step(self.epoch.now(), answer);
                    self.move_gate(&more);
                    effects.extend(more);
                }
                other => self.carry_out(other),
            }
        }
        None
    }

    /// Before anything of this step is told: whoever hears that the app serves may ask at once.
    fn move_gate(&self, effects: &[Effect]) {
        let last = effects.iter().rev().find_map(|effect| match effect {
            Effect::Gate(gate) => Some(*gate),
            _ => None,
        });
        if let Some(gate) = last {
            self.gate.send_replace(gate);
        }
    }

    fn activity(&self) -> Input {
        let counts = self.header.spec.sleep.as_ref().map_or(&[][..], |sleep| &sleep.counts);
        match self.meter.activity(counts) {
            Activity::Busy => Input::Busy,
            Activity::Last(at) => Input::QuietSince(at),
        }
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Create(instance) => self.hands.create(instance),
            Effect::Start(instance) => {
                self.last_words = None;
                self.hands.start(instance);
            }
            Effect::Stop(instance) => self.hands.stop(instance),
            Effect::Kill(instance) => self.hands.kill(instance),
            Effect::Remove(instance) => self.hands.remove(instance),
            Effect::Diagnose(instance) => self.hands.diagnose(instance),
            Effect::Watch { instance, address } => {
                let tell = self.tell.clone();
                let rounds = Rounds::from(&self.header.spec);
                // A conductor that has left does not listen any more.
                let tell = move |turn| drop(tell.send(Done::Turn(instance, turn)));
                self.watcher.spawn(watch(self.probe.clone(), address, rounds, tell));
            }
            Effect::Unwatch(_) => self.watcher = JoinSet::new(),
            Effect::Share { instance, share } => self.hands.share(instance, share),
            // Moved already.
            Effect::Gate(gate) => self.record.write(Kind::Gate(gate)),
            Effect::Publish(kind) => self.record.write(kind),
            Effect::Line(line) => self.platform_says(&line),
            // Taken out of the row before.
            Effect::ReadActivity | Effect::Over(_) => {}
        }
    }

    fn platform_says(&mut self, line: &Line) {
        if let Some(template) = self.header.spec.lines.get(&line.kind) {
            let line = fill(template, &line.values);
            self.record.write(Kind::Platform { line });
        }
    }
}

async fn until(epoch: Epoch, deadline: Option<Elapsed>) {
    match deadline {
        Some(at) => sleep_until(epoch.instant(at)).await,
        None => std::future::pending().await,
    }
}
