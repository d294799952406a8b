//! Writes the whole behaviour of the lifecycle down, from the code itself.

use super::stage::{ADDRESS, Stage, end};
use super::{Effect, Fault, Input, Operation, Turn};
use crate::event::{Gate, Hold, Kind, RequestId, State};
use crate::spec::{Burst, RestartPolicy, Spec};
use crate::units::{Elapsed, Memory, Millicores};

/// A situation that the table looks at: its name, and how it comes about.
type Situation = (&'static str, fn() -> Stage);

const SITUATIONS: &[Situation] = &[
    ("starting: the instance is being made", || unanswered(&[])),
    ("starting: the engine starts it", || unanswered(&[Turn::Created])),
    ("starting: the app boots", || Stage::new(plan)),
    ("starting: woken, the platform's delay runs", || {
        let mut stage = asleep();
        stage.give(Input::WakeAsked(RequestId(1)));
        stage
    }),
    ("serving", || Stage::serving(plan)),
    ("serving: a bank of unused CPU time, nearly empty", || banking(false)),
    ("serving: the same, empty", || banking(true)),
    ("serving: CPU only while a request is open, and one is", || visited(true)),
    ("serving: the same, and none has been for a while", || visited(false)),
    ("serving: health checks fail", failing),
    ("draining", || {
        let mut stage = failing();
        stage.pass(15);
        stage
    }),
    ("stopping: falls asleep", || stopping(&Input::Sleep)),
    ("stopping: falls asleep, and was asked for", || {
        let mut stage = stopping(&Input::Sleep);
        stage.lifecycle.step(stage.now, Input::Wake);
        stage
    }),
    ("stopping: to be restarted", || stopping(&Input::Restart)),
    ("stopping: the run ends", || stopping(&Input::Finish)),
    ("asleep: the next instance is made", asleep),
    ("back-off after a crash", || {
        let mut stage = Stage::serving(plan);
        stage.ends(1, 0);
        stage
    }),
    ("suspended", || {
        let mut stage = Stage::serving(|spec| {
            plan(spec);
            spec.restart.policy = RestartPolicy::Never;
        });
        stage.ends(1, 0);
        stage
    }),
    ("gone", || {
        let mut stage = Stage::serving(plan);
        stage.give(Input::Finish);
        stage
    }),
];

fn plan(spec: &mut Spec) {
    spec.start.delay = Elapsed::from_secs(20);
}

/// The first operations of a run, of which the engine has answered these.
fn unanswered(turns: &[Turn]) -> Stage {
    let (mut stage, _) = Stage::silent(plan);
    for turn in turns {
        let instance = stage.instance();
        stage.lifecycle.step(stage.now, Input::Instance(instance, turn.clone()));
    }
    stage
}

fn asleep() -> Stage {
    let mut stage = Stage::serving(plan);
    stage.pass(15);
    stage
}

/// A sixteenth of a core, and twice as much while there is something in the bank.
fn banking(empty: bool) -> Stage {
    let mut stage = Stage::serving(|spec| {
        plan(spec);
        spec.cpu.share = Millicores::new(63);
        let (start, cap) = (Elapsed::from_millis(1), Elapsed::from_secs(500));
        spec.cpu.burst = Some(Burst { start, cap, share: Millicores::new(1_000) });
    });
    if empty {
        let cpu = Elapsed::from_millis(1);
        stage.turn(Turn::Sampled { need: Memory::from_mib(1), cpu, oom_kills: None });
        stage.now += Elapsed::from_secs(2);
    }
    stage
}

fn visited(now: bool) -> Stage {
    let mut stage = Stage::serving(|spec| {
        plan(spec);
        spec.cpu.while_serving_only = true;
    });
    if now {
        stage.give(Input::FirstRequest);
    } else {
        stage.pass(1);
    }
    stage
}

/// Health checks fail while a visitor keeps it awake.
fn failing() -> Stage {
    let mut stage = Stage::serving(plan);
    stage.last_seen = None;
    stage.pass(10);
    stage.fails_its_check();
    stage
}

/// The stop is asked for and not answered.
fn stopping(input: &Input) -> Stage {
    let mut stage = Stage::serving(plan);
    stage.lifecycle.step(stage.now, input.clone());
    stage
}

fn inputs() -> Vec<(&'static str, Input)> {
    vec![
        ("the next deadline", Input::Tick),
        ("a visitor asks", Input::WakeAsked(RequestId(2))),
        ("the user wakes it", Input::Wake),
        ("the user puts it to sleep", Input::Sleep),
        ("the user restarts it", Input::Restart),
        ("the meter: somebody is there", Input::Busy),
        ("the meter: nobody came for long enough", Input::QuietSince(Elapsed::ZERO)),
        ("the first request opens", Input::FirstRequest),
        ("the last open request ends", Input::LastRequest),
        ("the run's time is up", Input::Finish),
        ("interrupt", Input::Interrupt),
    ]
}

fn turns() -> Vec<(&'static str, Turn)> {
    let failed = |operation| Turn::Failed { operation, fault: Fault::Engine, reason: "no".into() };
    let ended = |code, kills| Turn::Ended { ended: end(code, kills), last_words: None };
    vec![
        ("made", Turn::Created),
        ("started", Turn::Started(ADDRESS)),
        ("stopped in its grace", Turn::Stopped { in_grace: true }),
        ("stopped by force after its grace", Turn::Stopped { in_grace: false }),
        ("killed as asked", Turn::Killed),
        ("removed", Turn::Removed),
        ("could not be made", failed(Operation::Create)),
        ("could not be started", failed(Operation::Start)),
        ("could not be stopped", failed(Operation::Stop)),
        ("could not be removed", failed(Operation::Remove)),
        ("the port is open", Turn::PortOpen),
        ("the platform asks for its health", Turn::Questioned),
        ("a healthy answer", Turn::Healthy),
        ("an unhealthy answer", Turn::Unhealthy { reason: "status 500".into(), status: Some(500) }),
        ("ended with status 0", ended(0, 0)),
        ("ended with status 1", ended(1, 0)),
        ("ended with status 137, the kernel's counter up", ended(137, 1)),
        ("ended with status 137, no witness", ended(137, 0)),
        ("a child was killed for want of memory", Turn::ChildOutOfMemory),
        ("a sample", Turn::Sampled { need: Memory::from_mib(100), cpu: Elapsed::from_millis(1), oom_kills: Some(0) }),
        ("its share has changed", Turn::Shared { failed: None }),
        ("its share could not be changed", Turn::Shared { failed: Some("no".into()) }),
        ("removed by somebody else", Turn::Vanished),
    ]
}

/// The page, whole.
fn page() -> String {
    let mut page = String::from(HEAD);
    for (name, stage) in SITUATIONS {
        page += &section(name, *stage);
    }
    page
}

pub(super) const HEAD: &str = "\
# The lifecycle, in full

Generated from the code; a test keeps it current (`EMU_BLESS=1 cargo test --lib lifecycle` rewrites it).
The plan of this page sleeps after 15 s, wakes with a platform delay of 20 s, gives an app 30 s to boot,
restarts it after 1 s, then 2 s, then 4 s, and lets no visitor in after 15 s of failing health checks.
The plans of the four situations that speak of CPU differ in that: a sixteenth of a core with a bank of unused CPU
time that holds 1 ms at the start, and half a core that is given only while a request is open.
A row says what one input leads to in a situation: the state that follows and what is done, in order.

```mermaid
stateDiagram-v2
  [*] --> Starting: the run begins
  Starting --> Serving: first healthy answer
  Starting --> Backoff: the process ended
  Starting --> Suspended: the process ended, where the plan does not restart
  Starting --> Stopping: boot limit, or asked
  Serving --> Draining: health checks fail
  Draining --> Serving: a healthy answer
  Serving --> Stopping: idle, timetable, asked
  Draining --> Stopping: unhealthy for too long, timetable, asked
  Serving --> Backoff: the process ended
  Draining --> Backoff: the process ended
  Serving --> Suspended: ended, where the plan does not restart
  Draining --> Suspended: ended, where the plan does not restart
  Stopping --> Asleep: it was to sleep
  Stopping --> Starting: it was asked for meanwhile, or restarts
  Stopping --> Backoff: it had failed
  Stopping --> Suspended: it had failed, where the plan does not restart
  Asleep --> Starting: a visitor or the user asks
  Backoff --> Starting: the pause is over, or asked
  Backoff --> Stopping: put to sleep
  Suspended --> Starting: the user restarts it
  Stopping --> Gone: the run ends, and nothing is left
```

Besides, every state goes to Stopping when the run ends; Gone is reached from there alone.
";

fn section(name: &str, stage: fn() -> Stage) -> String {
    let mut rows = Vec::new();
    let mut idle = Vec::new();
    let instance = stage().instance();
    let turns = turns().into_iter().map(|(name, turn)| (name, Input::Instance(instance, turn)));
    for (what, input) in inputs().into_iter().chain(turns) {
        match row(&mut stage(), &input) {
            Some(row) => rows.push(format!("| {what} | {row} |\n")),
            None => idle.push(what),
        }
    }
    let mut parts = vec![format!("\n## {name}\n")];
    if !rows.is_empty() {
        parts.push(format!("\n| what happens | state | what is done |\n|---|---|---|\n{}", rows.concat()));
    }
    if !idle.is_empty() {
        parts.push(format!("\nNothing is done on: {}.\n", idle.join("; ")));
    }
    parts.concat()
}

/// The state that follows and what is done; `None` when nothing is.
fn row(stage: &mut Stage, input: &Input) -> Option<String> {
    if *input == Input::Tick {
        stage.now = stage.lifecycle.next_deadline()?;
    }
    let effects = stage.lifecycle.step(stage.now, input.clone());
    if effects.is_empty() {
        return None;
    }
    let done: Vec<String> = effects.iter().filter_map(show).collect();
    Some(format!("{:?} | {}", stage.lifecycle.state(), done.join(", ")))
}

fn show(effect: &Effect) -> Option<String> {
    let text = match effect {
        Effect::Create(id) => format!("create {id}"),
        Effect::Start(id) => format!("start {id}"),
        Effect::Stop(id) => format!("stop {id}"),
        Effect::Kill(id) => format!("kill {id}"),
        Effect::Remove(id) => format!("remove {id}"),
        Effect::Diagnose(id) => format!("look into {id}"),
        Effect::Watch { instance, .. } => format!("probe {instance}"),
        Effect::Unwatch(id) => format!("probe {id} no more"),
        Effect::Share { instance, share } => format!("give {instance} {share}"),
        Effect::ReadActivity => "read the meter".to_owned(),
        Effect::Gate(gate) => format!("**gate: {}**", show_gate(*gate)),
        Effect::Line(line) => format!("line `{}`", kebab(&format!("{:?}", line.kind))),
        Effect::Over(finish) => format!("over: `{finish:?}`"),
        Effect::Publish(kind) => return show_kind(kind),
    };
    Some(text)
}

fn show_gate(gate: Gate) -> String {
    match gate {
        Gate::Open(_) => "open".into(),
        Gate::Hold(Hold::Asleep) => "hold, asleep".into(),
        Gate::Hold(Hold::Waking) => "hold, waking".into(),
        Gate::Hold(Hold::Booting) => "hold, booting".into(),
        Gate::Refuse(cause) => format!("refuse, {}", kebab(&format!("{cause:?}"))),
    }
}

fn show_kind(kind: &Kind) -> Option<String> {
    let text = match kind {
        // The state has a column of its own; states passed through are told here.
        Kind::State { from, to, .. } => format!("{from:?} → {to:?}"),
        Kind::Share(share) => format!("event `share`, {}", kebab(&format!("{:?}", share.why))),
        Kind::Exited(exit) => format!("event `exited`, {}", kebab(&format!("{:?}", exit.cause))),
        Kind::Notice { text } => format!("notice \"{text}\""),
        other => {
            let name = format!("{other:?}");
            format!("event `{}`", kebab(name.split([' ', '(', '{']).next()?))
        }
    };
    Some(text)
}

/// `WakeFailed` as `wake-failed`.
fn kebab(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !text.is_empty() {
            text.push('-');
        }
        text.extend(letter.to_lowercase());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reference/lifecycle.md");

    #[test]
    fn the_page_shows_what_the_code_does() {
        let page = page();
        if std::env::var_os("EMU_BLESS").is_some() {
            std::fs::write(PAGE, &page).unwrap();
        }
        let committed = std::fs::read_to_string(PAGE).unwrap_or_default();
        assert!(
            committed == page,
            "docs/reference/lifecycle.md is out of date: EMU_BLESS=1 cargo test --lib lifecycle"
        );
    }

    #[test]
    fn every_state_has_a_situation() {
        let met: Vec<State> = SITUATIONS.iter().map(|(_, stage)| stage().lifecycle.state()).collect();
        let all = [
            State::Asleep,
            State::Starting,
            State::Serving,
            State::Draining,
            State::Stopping,
            State::Backoff,
            State::Suspended,
            State::Gone,
        ];
        assert!(all.iter().all(|state| met.contains(state)), "{met:?}");
    }
}
