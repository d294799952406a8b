use serde::Serialize;

use super::Searched;
use crate::cli::{Exit, Printer};
use crate::compare::fit::users::{Carried, Cause, Closed, Fall, Line, carried};
use crate::report::{Column, Latency, Section, Table, text, words};
use crate::units::{Elapsed, Memory, Money};

/// What stands where nothing is known.
const NONE: &str = "–";
const MIB: f64 = 1_048_576.0;

/// The answer, for programs.
#[derive(Serialize)]
struct Answer<'s> {
    schema: u32,
    search: &'s str,
    app: &'s str,
    load: &'s str,
    most: u32,
    within_us: u64,
    plans: &'s [Carried],
}

/// Prints how many users every plan carries.
pub(super) fn show(searched: &Searched, json: bool, printer: &Printer) -> Exit {
    let question = &searched.question;
    let asked = (question.most, question.within);
    let plans: Vec<Carried> = searched.plans.iter().filter_map(|(label, runs)| carried(label, runs, asked)).collect();
    let runs = searched.plans.iter().flat_map(|(_, runs)| runs);
    let app = runs.map(|run| run.run.app.as_str()).next().unwrap_or_default();
    if json {
        let (search, load, within_us) = (searched.id.as_str(), question.load.as_str(), question.within.micros());
        printer.json(&Answer { schema: 1, search, app, load, most: question.most, within_us, plans: &plans });
    } else {
        printer.data(&text(&sections(app, searched, &plans), printer.data_width()));
    }
    exit(&plans)
}

/// A plan that carries nobody does not live up to the question.
fn exit(plans: &[Carried]) -> Exit {
    if plans.iter().all(|plan| plan.users.is_none()) { Exit::Unmet } else { Exit::Done }
}

fn sections(app: &str, searched: &Searched, plans: &[Carried]) -> Vec<Section> {
    let question = &searched.question;
    let rule = format!("{}; 95 of 100 turns within {}", question.load, question.within);
    let users = Section::new(format!("How many users of {app}")).line(rule).table(users(plans));
    let mut sections = vec![users, Section::new("What a user needs").table(needs(plans))];
    sections.extend(plans.iter().map(|plan| Section::new(format!("`{}`", plan.label)).lines(told(plan))));
    sections
}

fn users(plans: &[Carried]) -> Table {
    let columns = vec![
        Column::words("plan"),
        Column::numbers("price"),
        Column::numbers("users"),
        Column::numbers("per user"),
        Column::numbers("p50"),
        Column::numbers("p95"),
        Column::numbers("longest turn"),
        Column::words("gave way first"),
    ];
    let rows = plans.iter().map(|plan| {
        let time = |of: fn(&Latency) -> Option<Elapsed>| {
            plan.turns.as_ref().and_then(of).map_or_else(|| NONE.to_owned(), Elapsed::human)
        };
        vec![
            plan.label.clone(),
            plan.price.to_string(),
            plan.users.map_or_else(|| NONE.to_owned(), |users| users.to_string()),
            each(plan).map_or_else(|| NONE.to_owned(), |money| money.to_cents().to_string()),
            time(|turns| turns.p50),
            time(|turns| turns.p95),
            time(|turns| turns.max),
            plan.fall.as_ref().map_or_else(|| "nothing".to_owned(), short),
        ]
    });
    Table { columns, rows: rows.collect() }
}

/// What a user costs in a month.
fn each(plan: &Carried) -> Option<Money> {
    let users = plan.users.filter(|users| *users > 0)?;
    Some(Money::from_micros(plan.price.monthly.micros() / u64::from(users)))
}

fn needs(plans: &[Carried]) -> Table {
    let columns = vec![
        Column::words("plan"),
        Column::numbers("limit"),
        Column::numbers("at rest"),
        Column::numbers("with no user"),
        Column::numbers("per user"),
        Column::numbers("killed at user"),
        Column::numbers("predicted"),
    ];
    let rows = plans.iter().map(|plan| {
        let killed = plan.fall.as_ref().filter(|fall| matches!(fall.cause, Cause::Memory { .. }));
        vec![
            plan.label.clone(),
            plan.kill_at.to_string(),
            plan.at_rest.map_or_else(|| NONE.to_owned(), Memory::human),
            plan.line.map_or_else(|| NONE.to_owned(), |line| mib(line.without_user_bytes)),
            plan.line.map_or_else(|| NONE.to_owned(), |line| per_user(&line)),
            killed.map_or_else(|| NONE.to_owned(), |fall| fall.user.to_string()),
            predicted(plan),
        ]
    });
    Table { columns, rows: rows.collect() }
}

fn predicted(plan: &Carried) -> String {
    match (plan.predicted, plan.predicted_between) {
        (None, _) => NONE.to_owned(),
        (Some(user), Some((first, last))) if first != last => format!("{user} ({first} to {last})"),
        (Some(user), _) => user.to_string(),
    }
}

fn mib(bytes: f64) -> String {
    format!("{:.1} MiB", bytes / MIB)
}

fn per_user(line: &Line) -> String {
    let middle = line.per_user_bytes / MIB;
    match line.band_bytes {
        Some(band) => format!("{middle:.2} ± {:.2} MiB", band / MIB),
        None => format!("{middle:.2} MiB"),
    }
}

fn short(fall: &Fall) -> String {
    let what = match &fall.cause {
        Cause::Memory { .. } => "memory",
        Cause::Ended { .. } => "the app ended",
        Cause::Health { .. } => "health checks",
        Cause::Slow { memory_at_limit: true, .. } => "time, memory full",
        Cause::Slow { .. } => "time",
        Cause::Turns { .. } => "turns fail",
        Cause::Away { .. } => return "it does not serve".to_owned(),
    };
    match fall.user {
        0 => format!("{what}, before anybody came"),
        user => format!("{what}, at user {user}"),
    }
}

/// The story of a plan in sentences.
fn told(plan: &Carried) -> Vec<String> {
    let fell = match &plan.fall {
        Some(fall) => gave_way(fall),
        None => format!("{} came, which is as many as were asked for, and everything held", users_of(plan.reached)),
    };
    let mut lines = vec![fell];
    lines.extend(plan.not_held.iter().map(|fall| format!("on a fresh instance: {}", gave_way(fall))));
    lines
        .extend(plan.users.map(|users| format!("{} stayed on a fresh instance, and everything held", users_of(users))));
    if plan.users.is_none() && plan.reached > 0 {
        lines.push(match plan.not_held.as_slice() {
            [] => "broken off before it was sure how many can stay: not confirmed".to_owned(),
            _ => "no number of users that was tried could stay: not confirmed".to_owned(),
        });
    }
    lines.extend(plan.first_visit.map(|first| format!("the first visit of all took {}", first.human())));
    let stalls = plan.stalls.iter().map(|stall| {
        let checks = words::count(stall.failures, "health check", "health checks");
        format!("{checks} failed with {} there", users_of(stall.users))
    });
    lines.extend(stalls);
    lines.extend(plan.closed.map(|closed| left(&closed)));
    lines.push(format!("runs: {}", plan.runs.join(", ")));
    lines
}

fn users_of(number: u32) -> String {
    words::count(number.into(), "user", "users")
}

fn gave_way(fall: &Fall) -> String {
    let with = match fall.user {
        0 => "before anybody came".to_owned(),
        user => format!("with user {user}"),
    };
    match &fall.cause {
        Cause::Memory { need, child } => {
            let who = if *child { "a process of the app was" } else { "the app was" };
            let need = need.map(|need| format!(", last sampled need {}", need.human())).unwrap_or_default();
            format!("{with} {who} killed for want of memory{need}")
        }
        Cause::Ended { how } => format!("{with} the app ended: {how}"),
        Cause::Health { failures } => {
            let checks = words::count(*failures, "health check", "health checks");
            format!("{with} the platform let no visitor in any more: {checks} failed")
        }
        Cause::Slow { slow, turns, memory_at_limit } => {
            let memory = if *memory_at_limit { ", with memory at the limit" } else { "" };
            format!("{with} {slow} of {turns} turns took too long{memory}")
        }
        Cause::Turns { failed, turns, how } => {
            format!("{with} {failed} of {turns} turns did not come out as expected: {how}")
        }
        Cause::Away { why } => format!("nobody could come: {why}"),
    }
}

fn left(closed: &Closed) -> String {
    let Closed { users, before, waited, .. } = closed;
    let back =
        |now: Memory| format!("{} came back", Memory::from_bytes(before.bytes().saturating_sub(now.bytes())).human());
    let head = format!("{} closed their tabs: of {}", users_of(*users), before.human());
    match (closed.after, closed.after_a_visit) {
        (None, _) => format!("{head} the app was killed within {}", waited.human()),
        (Some(after), None) => {
            format!("{head} {} in {}; with somebody new it was killed", back(after), waited.human())
        }
        (Some(after), Some(visit)) => {
            format!("{head} {} in {}, {} once somebody new had come and gone", back(after), waited.human(), back(visit))
        }
    }
}
