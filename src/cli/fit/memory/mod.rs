//! The smallest memory limit under which an app survives a load, and the plans that have it.
//!
//! The search itself is pure ([`crate::compare::fit::Search`]); here its probes are made and told.

mod show;

use std::sync::Arc;

use tokio::runtime::Builder;

use super::{FitArgs, no_runtime, value};
use crate::cli::compare::{Progress, Wanted, wanted};
use crate::cli::engine::Kind;
use crate::cli::header::new_id;
use crate::cli::lab::Lab;
use crate::cli::rounds::{Round, Rounds};
use crate::cli::{Exit, Failure, Printer, Surroundings, load};
use crate::compare::fit::{Found, Probe, Search};
use crate::event::{Finish, Part};
use crate::report::price::Usage;
use crate::report::{Kill, Summary, Victim};
use crate::spec::Overrides;
use crate::trial::{Script, Until};
use crate::units::{Elapsed, Memory};

/// How near to the true edge the search comes when nobody says anything else.
const WITHIN: Memory = Memory::from_mib(4);
/// So many probes a search takes at most where the edge is sharp; the time left is told by it.
const USUAL_PROBES: usize = 8;
/// The least a container engine grants.
const LEAST: Memory = Memory::from_mib(6);

/// Searches, and says what was found.
pub(super) fn run(args: &FitArgs, printer: &Printer, surroundings: &Surroundings) -> Result<Exit, Failure> {
    if let [first, second, ..] = args.profile.as_slice() {
        let found = format!("`--profile {first},{second}`: a limit is looked for on one plan, found several");
        return Err(
            Failure::new(Exit::Usage, found).hint("name one plan, or ask how many users each carries: `--users`")
        );
    }
    let limits = Limits::read(args)?;
    let mut wanted = wanted(&args.typed(), surroundings, printer)?;
    let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| no_runtime(&error))?;
    let searched = runtime.block_on(search((args, &limits), &mut wanted, printer, surroundings))?;
    if searched.interrupted && searched.found.probes == 0 {
        return Ok(Exit::Interrupted);
    }
    show::show(&searched, &wanted, args.json, (printer, surroundings))?;
    printer.say(&format!("`emu explain {}` shows the events behind every probe", searched.id));
    Ok(if searched.interrupted { Exit::Interrupted } else { exit(&searched.found) })
}

/// What a search came to.
pub(super) struct Searched {
    /// The id that its runs name as what they are a part of.
    id: String,
    found: Found,
    /// What the app used in the last run that it survived, for plans with a price by use.
    usage: Option<Usage>,
    interrupted: bool,
}

/// How a search ends for scripts.
fn exit(found: &Found) -> Exit {
    match (&found.smallest, &found.given_up, found.unstable) {
        (_, Some(_), _) | (_, _, Some(_)) => Exit::Invalid,
        (Some(_), None, None) => Exit::Done,
        (None, None, None) => Exit::Unmet,
    }
}

async fn search(
    (args, limits): (&FitArgs, &Limits),
    wanted: &mut Wanted,
    printer: &Printer,
    surroundings: &Surroundings,
) -> Result<Searched, Failure> {
    let command = &args.subject.command;
    let kind = wanted.sources.as_ref().map_or(Kind::App(&wanted.app.image), |sources| sources.kind(command));
    let lab = Lab::open(args.subject.engine, kind, surroundings, printer).await?;
    let (least, most) = (limits.least, limits.most(wanted, &lab)?);
    lab.resolve(&wanted.arms[0].profile, wanted.app.clone(), &limited(&wanted.arms[0].overrides, most))?;
    let mut rounds = Rounds::new(&lab, printer)?;
    let (id, mut search) = (new_id(), Search::new(least, most, limits.within));
    let mut usage = None;
    if !rounds.make(&mut wanted.arms, wanted.sources.as_ref(), command).await? {
        return Ok(Searched { id, found: search.result(), usage, interrupted: true });
    }
    let wanted = &*wanted;
    let length = match &wanted.script {
        Script::Load(scenario) => load::lasts(scenario),
        _ => Elapsed::ZERO,
    };
    let plan = &wanted.arms[0].label;
    printer.say(&format!(
        "looking for the smallest limit from {least} to {most} under which {} survives on {plan}: {}",
        wanted.app.name, wanted.load
    ));
    let mut progress = Progress::new(printer, USUAL_PROBES, length);
    while let Some(limit) = search.next() {
        let number = search.result().probes + 1;
        progress.begin(vec![format!("probe {number}, {limit}")]);
        let summaries =
            rounds.play(vec![probe(&id, wanted, limit, number)], |at, event| progress.see(at, event)).await?;
        let Some(summary) = summaries.into_iter().next() else { break };
        if rounds.interrupted() {
            return Ok(Searched { id, found: search.result(), usage, interrupted: true });
        }
        let probe = judged(&summary)?;
        if matches!(probe, Probe::Survived { .. }) {
            usage = summary.usage.or(usage);
        }
        search.tell(limit, probe);
        let ahead = search.next().map_or(0, |_| USUAL_PROBES.saturating_sub(number as usize).max(1));
        progress.end(0, &summary, ahead);
    }
    Ok(Searched { id, found: search.result(), usage, interrupted: false })
}

/// Which limits are tried.
struct Limits {
    least: Memory,
    most: Option<Memory>,
    within: Memory,
}

impl Limits {
    fn read(args: &FitArgs) -> Result<Self, Failure> {
        let most = args.most.as_ref().map(|most| value("most", Some(most), LEAST)).transpose()?;
        Ok(Self { least: args.least.unwrap_or(LEAST), most, within: value("within", args.within.as_ref(), WITHIN)? })
    }

    /// The largest limit to begin with.
    fn most(&self, wanted: &Wanted, lab: &Lab<'_>) -> Result<Memory, Failure> {
        let sold = wanted.arms[0].profile.memory.limit;
        let usual = sold.max(Memory::from_mib(2_048)).min(lab.machine().memory);
        let (least, most) = (self.least, self.most.unwrap_or(usual));
        if most <= least {
            return Err(Failure::new(Exit::Usage, format!("`--most {most}` is not above `--least {least}`"))
                .hint("for instance `--least 32MiB --most 1GiB`"));
        }
        Ok(most)
    }
}

/// The plan with another limit, at which the app is simply killed.
fn limited(overrides: &Overrides, limit: Memory) -> Overrides {
    let ours = [
        format!("memory.limit={}", limit.to_string().replace(' ', "")),
        "memory.at_limit=kill-and-restart".to_owned(),
        "memory.kill_at=none".to_owned(),
        "memory.swap=0B".to_owned(),
    ];
    Overrides { set: overrides.set.iter().cloned().chain(ours).collect(), ..overrides.clone() }
}

fn probe(id: &str, wanted: &Wanted, limit: Memory, number: u32) -> Round {
    let arm = &wanted.arms[0];
    Round {
        profile: Arc::clone(&arm.profile),
        app: arm.app.clone(),
        overrides: limited(&arm.overrides, limit),
        script: wanted.script.clone(),
        until: Until::FirstKill,
        part: Part { of: id.to_owned(), arm: limit.to_string(), round: number, platform_delay: arm.platform_delay() },
    }
}

/// What a run says about its limit. An app that does not serve for another reason than memory cannot be
/// searched for: that is an error with the run to look at.
fn judged(summary: &Summary) -> Result<Probe, Failure> {
    let hungry = summary.kills.iter().find(|kill| kill.victim != Victim::Outside);
    if let Some(kill) = hungry {
        return Ok(Probe::Died { need: kill.need, request: request(kill) });
    }
    match &summary.finish {
        Some(Finish::Completed) if summary.load_holds() == Some(false) => Err(unanswered(summary)),
        Some(Finish::Completed) => Ok(Probe::Survived { peak: summary.memory.as_ref().map(|memory| memory.peak.need) }),
        Some(Finish::NeverServed(why) | Finish::GivenUp(why)) => Err(Failure::new(
            Exit::NotStarted,
            format!("the app does not live here, and not for want of memory: {why}"),
        )
        .hint(format!("`emu runs show {}` shows the run", summary.run.id))),
        Some(other) => Ok(Probe::Invalid { why: crate::report::words::finish(other) }),
        None => Ok(Probe::Invalid { why: "the run was cut off".into() }),
    }
}

fn request(kill: &Kill) -> Option<String> {
    kill.broken_requests.first().map(|request| format!("{} {}", request.method, request.path))
}

fn unanswered(summary: &Summary) -> Failure {
    let why = summary.notices.last().cloned().unwrap_or_else(|| "the load cannot be carried out".into());
    Failure::new(Exit::Unmet, why).hint(format!("`emu runs show {}` shows the run", summary.run.id))
}
