use super::NONE;
use crate::report::table::{Column, Section, Table};
use crate::report::users::{Amount, Users};
use crate::report::{Summary, words};

/// Who was connected, what each of them costs, and what the app said of itself. `None` where nobody was, and it
/// said nothing.
pub(super) fn users(summary: &Summary) -> Option<Section> {
    let users = summary.users.as_ref()?;
    let section = Section::new("Users").table(counts(users)).lines(per_user(users));
    let tables = [caches(users), values(users)].into_iter().filter(|table| !table.rows.is_empty());
    Some(tables.fold(section, Section::table))
}

fn counts(users: &Users) -> Table {
    let mut columns = vec![Column::words("counted by"), Column::numbers("most at once"), Column::numbers("at")];
    columns.extend(users.at_kills.iter().map(|kill| Column::numbers(format!("at the kill, {}", kill.at.human()))));
    let door = users.at_kills.iter().map(|kill| kill.sockets.to_string());
    let door = ["open WebSockets".to_owned(), users.sockets.users.to_string(), users.sockets.at.human()]
        .into_iter()
        .chain(door);
    let mut rows = vec![door.collect()];
    if let Some(most) = users.app {
        let kills =
            users.at_kills.iter().map(|kill| kill.app.map_or_else(|| NONE.to_owned(), |users| users.to_string()));
        rows.push(["the app".to_owned(), most.users.to_string(), most.at.human()].into_iter().chain(kills).collect());
    }
    Table { columns, rows }
}

fn per_user(users: &Users) -> Option<String> {
    let cost = users.per_user?;
    Some(format!(
        "each user needs {} (95 % between {} and {}, over {})",
        cost.need.human(),
        cost.low.human(),
        cost.high.human(),
        words::count(cost.steps, "number of users", "numbers of users"),
    ))
}

fn caches(users: &Users) -> Table {
    let amount = |amount: Amount| match amount {
        Amount::Bytes(size) => size.human(),
        Amount::Entries(number) => words::count(number, "entry", "entries"),
    };
    let row = |cache: &crate::report::users::CacheUse| vec![cache.name.clone(), amount(cache.most), cache.at.human()];
    Table {
        columns: vec![Column::words("cache"), Column::numbers("most, as the app tells"), Column::numbers("at")],
        rows: users.caches.iter().map(row).collect(),
    }
}

fn values(users: &Users) -> Table {
    let row = |value: &crate::report::users::ValueUse| {
        let told =
            [value.least, value.most, value.last].map(|number| format!("{number} {}", value.unit).trim().to_owned());
        [value.name.clone()].into_iter().chain(told).collect()
    };
    Table {
        columns: vec![
            Column::words("value"),
            Column::numbers("least"),
            Column::numbers("most"),
            Column::numbers("last"),
        ],
        rows: users.values.iter().map(row).collect(),
    }
}
