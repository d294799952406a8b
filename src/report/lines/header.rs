use super::{Tag, Tone};
use crate::event::{Gate, Header};
use crate::report::words;
use crate::spec::{AtLimit, Keeping, Spec};

/// Promises share a line up to this many bytes; with the moment and the tag that is 100 columns.
const KEPT_WIDTH: usize = 76;

/// What heads every run: what is run, the plan in one line, and what becomes of its promises.
pub(super) fn lines(header: &Header) -> Vec<(Tag, Tone, String)> {
    let (spec, machine) = (&header.spec, &header.machine);
    let plan = format!("{} on {} {} ({})", spec.app.name, spec.plan.platform, spec.plan.name, spec.plan.id);
    let place = format!("run {}, by {} {} on {}", header.run, machine.engine, machine.engine_version, machine.platform);
    let mut lines =
        vec![(Tag::Run, Tone::Plain, plan), (Tag::Run, Tone::Dim, place), (Tag::Run, Tone::Plain, rules(spec))];
    if spec.warp > 1 {
        let text = format!("the platform's timers run {} times faster than real time", spec.warp);
        lines.push((Tag::Run, Tone::Warn, text));
    }
    lines.extend(kept(spec).into_iter().map(|text| (Tag::Kept, Tone::Dim, text)));
    lines.extend(spec.fidelity.iter().filter_map(|promise| match &promise.keeping {
        Keeping::Kept => None,
        Keeping::Approximated(how) => Some((Tag::Nearly, Tone::Warn, format!("{}: {how}", promise.what))),
        Keeping::NotKept(why) => Some((Tag::NotKept, Tone::Warn, format!("{}: {why}", promise.what))),
    }));
    lines
}

/// What is kept needs no story, so several promises share a line.
fn kept(spec: &Spec) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for promise in spec.fidelity.iter().filter(|promise| promise.keeping == Keeping::Kept) {
        match lines.last_mut() {
            Some(line) if line.len() + promise.what.len() < KEPT_WIDTH => {
                line.push_str(", ");
                line.push_str(&promise.what);
            }
            _ => lines.push(promise.what.clone()),
        }
    }
    lines
}

fn rules(spec: &Spec) -> String {
    let at_limit = match spec.memory.at_limit {
        AtLimit::KillAndRestart => "killed and restarted there".to_owned(),
        AtLimit::SlowThenKill => format!("slow above it, killed at {}", spec.memory.kill_at),
        AtLimit::Suspend => "suspended there".to_owned(),
    };
    let sleep = spec.sleep.as_ref().map_or_else(
        || "never sleeps".to_owned(),
        |sleep| format!("sleeps after {} without a visit", sleep.after.human()),
    );
    format!("memory {} ({at_limit}), {}, {sleep}", spec.memory.limit, spec.cpu.share)
}

pub(super) fn gate(gate: &Gate) -> String {
    match gate {
        Gate::Open(address) => format!("visitors go through to {address}"),
        Gate::Hold(hold) => format!("visitors get the waking answer: {}", words::hold(*hold)),
        Gate::Refuse(cause) => format!("visitors are refused: {}", words::cause(*cause)),
    }
}
