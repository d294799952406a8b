use toml::de::DeValue;

use super::kind::{self, Kind};
use super::request;
use super::sessions;
use super::step;
use super::user::Everybody;
use crate::scenario::defaults::{LONGEST, MOST_STRANGERS, MOST_TIMES, MOST_USERS, requests_due};
use crate::scenario::key::{Key, in_backticks};
use crate::scenario::keys::{
    ARRIVALS, FOR, KIND, PACES, PATH, PHASE_KEYS, PHASE_NAME, RAMP, RATE, REQUEST, REQUESTS, REST, STAY, STEPS, THINK,
    TIMES, USERS, WEIGHT, WEIGHTED,
};
use crate::scenario::reading::{Leaf, Reading, Table, count, duration, parsed, text};
use crate::scenario::short::rates;
use crate::scenario::think::ends;
use crate::scenario::values::{Call, Coming, Model, Rate, Step, Think};
use crate::units::Elapsed;

/// A phase as its table has it. Its name may be missing still.
pub(super) struct Draft {
    pub(super) name: Option<String>,
    pub(super) model: Model,
    pub(super) calls: Vec<Call>,
    pub(super) steps: Vec<Step>,
}

/// The keys of a phase's table: its own, and those of a single request.
pub(super) const KEYS: &[&[Key]] = &[PHASE_KEYS, REQUEST];

/// A name fits in a column of a table, and in one line.
const LONGEST_NAME: usize = 40;

/// What emu itself does before the phases has a row in the same table.
const OURS: &[&str] = &["start", "check", "warm-up"];

/// The phase in a table; `None` where it is wrong and told.
pub(super) fn read(reading: &mut Reading<'_>, table: &Table<'_, '_>, everybody: &Everybody) -> Option<Draft> {
    let name = reading.take(table, &PHASE_NAME, |value| text(value).filter(|name| is_name(name)));
    let numbers = Numbers::read(reading, table);
    let kind = kind::read(reading, table, &KIND).unwrap_or_default();
    let pace = pace(reading, table, kind);
    let calls = calls(reading, table, everybody);
    let steps = step::all(reading, table, (everybody, kind));
    let pace = pace?;
    companions(reading, table, pace);
    sessions::check(reading, table, (pace, kind));
    let model = if pace.name == STEPS.name { step::model(&steps)? } else { numbers.model(pace)? };
    let model = if kind == Kind::Http { model } else { sessions::of(model) };
    let idle = steps.is_empty() && matches!(model, Model::Sessions { .. });
    let (model, steps) = if idle { sessions::without_steps(model, kind) } else { (model, steps) };
    together(reading, table, &model);
    let sends = !matches!(model, Model::Rest { .. } | Model::Steps { .. });
    Some(Draft { name, model, calls: if sends { calls } else { Vec::new() }, steps })
}

/// Tells every name that an earlier phase has already.
pub(super) fn distinct(reading: &mut Reading<'_>, tables: &[Table<'_, '_>]) {
    let name = |table: &Table<'_, '_>| table.get(&PHASE_NAME).and_then(|leaf| text(leaf.get_ref()));
    for (at, table) in tables.iter().enumerate() {
        let own = name(table);
        if own.is_some() && tables[..at].iter().any(|earlier| name(earlier) == own) {
            let found = format!("`{}` a second time", own.unwrap_or_default());
            reading.wrong(table, &PHASE_NAME, found, "a name that no other phase has");
        }
    }
}

fn is_name(name: &str) -> bool {
    let free = !OURS.contains(&name);
    free && name.trim() == name && name.chars().count() <= LONGEST_NAME && !name.chars().any(char::is_control)
}

/// Everything that can be said of a pace.
struct Numbers {
    rate: Option<(Rate, Rate)>,
    users: Option<(u32, u32)>,
    arrivals: Option<(Rate, Rate)>,
    stay: Option<Think>,
    times: Option<u32>,
    rest: Option<Elapsed>,
    lasts: Option<Elapsed>,
    think: Think,
    ramp: Elapsed,
}

impl Numbers {
    fn read(reading: &mut Reading<'_>, table: &Table<'_, '_>) -> Self {
        let think =
            |value: &toml::de::DeValue<'_>| parsed(value).filter(|think: &Think| think.longest_said() <= LONGEST);
        Self {
            rate: reading.take(table, &RATE, |value| rates(value.as_str()?).ok()),
            users: reading.take(table, &USERS, users),
            arrivals: reading.take(table, &ARRIVALS, |value| rates(value.as_str()?).ok()),
            stay: reading.take(table, &STAY, |value| think(value).filter(|stay| stay.longest_said() > Elapsed::ZERO)),
            times: reading.take(table, &TIMES, |value| count(value, 1, MOST_TIMES)),
            rest: reading.take(table, &REST, duration),
            lasts: reading.take(table, &FOR, duration),
            think: reading.take(table, &THINK, think).unwrap_or(Think::NONE),
            ramp: reading.take(table, &RAMP, duration).unwrap_or(Elapsed::ZERO),
        }
    }

    /// The model that a pace and its numbers make; `None` where one of them is missing or wrong.
    fn model(&self, pace: &Key) -> Option<Model> {
        if pace.name == REST.name {
            return Some(Model::Rest { lasts: self.rest? });
        }
        if pace.name == TIMES.name {
            return Some(Model::Each { times: self.times? });
        }
        let lasts = self.lasts?;
        if pace.name == USERS.name {
            let (from, users) = self.users?;
            let over = self.ramp;
            let coming =
                if over == Elapsed::ZERO { Coming::together(users) } else { Coming::Number { from, users, over } };
            return Some(Model::Closed { coming, think: self.think, lasts });
        }
        if pace.name == ARRIVALS.name {
            let ((from, to), stay) = (self.arrivals?, self.stay?);
            return Some(Model::Closed { coming: Coming::Strangers { from, to, stay }, think: self.think, lasts });
        }
        self.rate.map(|(from, to)| Model::Open { from, to, lasts })
    }
}

/// The one key that says who sets the pace.
fn pace<'k>(reading: &mut Reading<'_>, table: &Table<'_, '_>, kind: Kind) -> Option<&'k Key> {
    let one = || format!("one of {}", in_backticks(PACES.iter().map(|key| key.name)));
    match table.said(PACES).as_slice() {
        [only] => Some(only),
        // Sessions: the steps say what their users do.
        [users, steps] if kind != Kind::Http && sessions::of_users(users) && steps.name == STEPS.name => Some(users),
        [] => {
            if !table.has_slips() {
                reading.wrong_table(table, "a phase that does nothing", one());
            }
            None
        }
        [first, others @ ..] => {
            let sessions = sessions::of_users(first) && others.iter().all(|other| other.name == STEPS.name);
            let both = if sessions { ", or both with a `kind` that has sessions, as `streamlit` has" } else { "" };
            for other in others {
                reading.wrong(table, other, format!("`{}` beside `{}`", other.name, first.name), one() + both);
            }
            None
        }
    }
}

/// What may and what must stand beside a pace.
fn companions(reading: &mut Reading<'_>, table: &Table<'_, '_>, pace: &Key) {
    let needs_time = pace.name == RATE.name || sessions::of_users(pace);
    if needs_time && !table.has(&FOR) {
        reading.missing(table, &FOR);
    }
    if pace.name == ARRIVALS.name && !table.has(&STAY) {
        reading.missing(table, &STAY);
    }
    let vain = |key: &Key| match key.name {
        name if name == FOR.name => !needs_time,
        name if name == THINK.name => !sessions::of_users(pace),
        name if name == STAY.name => pace.name != ARRIVALS.name,
        _ => pace.name != USERS.name,
    };
    for key in [FOR, THINK, RAMP, STAY].into_iter().filter(|key| table.has(key) && vain(key)) {
        let only = match key.name {
            name if name == FOR.name => "only `rate`, `users` and `arrivals` have it",
            name if name == THINK.name => "only `users` and `arrivals` have it",
            name if name == STAY.name => "only `arrivals` has it",
            _ => "only `users` have it",
        };
        reading.wrong(table, &key, format!("`{}` beside `{}`", key.name, pace.name), format!("nothing: {only}"));
    }
    let sends: Vec<&Key> = table.said(REQUEST).into_iter().chain(table.said(&[REQUESTS])).collect();
    let alone = match pace.name {
        name if name == REST.name => "nothing: a rest sends no requests",
        name if name == STEPS.name => "nothing: every step says what it asks for",
        _ => return,
    };
    for key in sends {
        reading.wrong(table, key, format!("`{}` beside `{}`", key.name, pace.name), alone);
    }
}

/// Whether the numbers make sense together.
fn together(reading: &mut Reading<'_>, table: &Table<'_, '_>, model: &Model) {
    match *model {
        Model::Open { from, to, lasts } if requests_due(from, to, lasts) < 1 => {
            reading.wrong(
                table,
                &RATE,
                format!("less than one request in {lasts}"),
                "a higher rate, or a longer phase",
            );
        }
        Model::Closed { coming, lasts, .. } | Model::Sessions { coming, lasts, .. } => {
            crowd(reading, table, coming, lasts);
        }
        _ => {}
    }
}

/// Whether users can come like that in the time that they have.
fn crowd(reading: &mut Reading<'_>, table: &Table<'_, '_>, coming: Coming, lasts: Elapsed) {
    match coming {
        Coming::Number { over, .. } if over > lasts => {
            reading.wrong(table, &RAMP, format!("`{over}`"), format!("at most `for`, {lasts}"));
        }
        Coming::Number { over, .. } if over == Elapsed::ZERO && table.get(&USERS).is_some_and(is_text) => {
            reading.missing(table, &RAMP);
        }
        Coming::Number { .. } => {}
        Coming::Strangers { from, to, .. } => match requests_due(from, to, lasts) {
            0 => {
                let found = format!("less than one user in {lasts}");
                reading.wrong(table, &ARRIVALS, found, "a higher rate, or a longer phase");
            }
            due if due > MOST_STRANGERS => {
                reading.wrong(table, &ARRIVALS, format!("{due} users"), format!("at most {MOST_STRANGERS} in all"));
            }
            _ => {}
        },
    }
}

fn is_text(leaf: &Leaf<'_>) -> bool {
    leaf.get_ref().is_str()
}

/// `50`, or `"10 to 50"`: how many are there at the beginning where they come over some time, and how many then.
fn users(value: &DeValue<'_>) -> Option<(u32, u32)> {
    let Some(text) = value.as_str() else { return Some((0, count(value, 1, MOST_USERS)?)) };
    let (from, to) = ends(text)?;
    let number = |text: &str, least| text.parse().ok().filter(|number| (least..=MOST_USERS).contains(number));
    Some((number(from, 0)?, number(to, 1)?))
}

/// The requests of a phase: those in tables of their own, or the one in the phase's table.
fn calls(reading: &mut Reading<'_>, table: &Table<'_, '_>, everybody: &Everybody) -> Vec<Call> {
    let shared = everybody.headers();
    let tables = reading.tables(table, &REQUESTS, &[WEIGHTED, REQUEST]);
    let inline = table.said(REQUEST);
    if !table.has(&REQUESTS) || !inline.is_empty() {
        let one = request::read(reading, table, shared);
        if !table.has(&REQUESTS) {
            return vec![one];
        }
        let expected = "the requests in one place: the phase's own table, or `[[phase.request]]`";
        reading.wrong(table, inline[0], format!("`{}` beside `request`", inline[0].name), expected);
    }
    tables.iter().map(|own| one_of_several(reading, (table, own), shared)).collect()
}

fn one_of_several(
    reading: &mut Reading<'_>,
    (phase, own): (&Table<'_, '_>, &Table<'_, '_>),
    shared: &[(String, String)],
) -> Call {
    if !own.has(&PATH) {
        reading.missing(own, &PATH);
    }
    if own.has(&WEIGHT) && phase.has(&TIMES) {
        reading.wrong(own, &WEIGHT, "`weight` in a phase with `times`", "nothing: every request is made so many times");
    }
    request::read(reading, own, shared)
}
