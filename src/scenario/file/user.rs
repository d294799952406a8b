use super::headers::{self, Headers};
use super::kind::{self, Kind};
use crate::scenario::keys::{STEP_USER, USER, USER_HEADERS, USER_KEYS, USER_KIND, USER_NAME};
use crate::scenario::reading::{Reading, Table, text};

/// Who does a step of which nobody else is named.
const NOBODY_IN_PARTICULAR: &str = "visitor";

/// What all requests say, and those of each user on top of it.
pub(super) struct Everybody {
    shared: Headers,
    users: Vec<User>,
}

struct User {
    name: String,
    headers: Headers,
    kind: Option<Kind>,
}

/// Who does a step.
pub(super) struct Doer {
    pub(super) name: String,
    /// What their requests say.
    pub(super) headers: Headers,
    /// How they use the app; `None` where it is not said.
    pub(super) kind: Option<Kind>,
}

impl Everybody {
    /// The users of a scenario. `shared` are the headers of every request.
    pub(super) fn read(reading: &mut Reading<'_>, scenario: &Table<'_, '_>, shared: Headers) -> Self {
        let mut everybody = Self { shared, users: Vec::new() };
        for table in reading.tables(scenario, &USER, &[USER_KEYS]) {
            if !table.has(&USER_NAME) {
                reading.missing(&table, &USER_NAME);
            }
            let own = headers::read(reading, &table, &USER_HEADERS);
            let kind = kind::read(reading, &table, &USER_KIND);
            let Some(name) = reading.take(&table, &USER_NAME, text) else { continue };
            if everybody.of(&name).is_some() {
                reading.wrong(&table, &USER_NAME, format!("`{name}` a second time"), "a name that no other user has");
            }
            everybody.users.push(User { name, headers: own, kind });
        }
        everybody
    }

    /// The headers of every request.
    pub(super) fn headers(&self) -> &[(String, String)] {
        &self.shared
    }

    /// Who does a step.
    pub(super) fn who(&self, reading: &mut Reading<'_>, step: &Table<'_, '_>) -> Doer {
        let name = reading.take(step, &STEP_USER, text).unwrap_or_else(|| NOBODY_IN_PARTICULAR.to_owned());
        let own = self.of(&name);
        if own.is_none() && !self.users.is_empty() && step.has(&STEP_USER) {
            let known = self.users.iter().map(|user| format!("`{}`", user.name)).collect::<Vec<_>>().join(", ");
            reading.wrong(step, &STEP_USER, format!("`{name}`"), format!("one of the users {known}"));
        }
        let theirs = own.map(|user| user.headers.as_slice()).unwrap_or_default();
        let headers = headers::layered([&self.shared, theirs, &[]]);
        Doer { headers, kind: own.and_then(|user| user.kind), name }
    }

    fn of(&self, name: &str) -> Option<&User> {
        self.users.iter().find(|known| known.name == name)
    }
}
