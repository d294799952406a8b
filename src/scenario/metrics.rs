use std::collections::BTreeMap;

use toml::de::DeValue;

use super::key::{Key, key};
use super::reading::{Reading, Table, describe, duration, parsed, text};
use crate::metrics::{Asked, EVERY, LEAST_EVERY, Select, Wanted};

const A_METRIC: &str = "a metric such as `\"active_sessions\"` or `'rows{kind=\"data\"}'`";

const PATH: Key = key(
    "path",
    "a path such as `\"/metrics\"`",
    "Where the app tells of itself, in the text of Prometheus or OpenMetrics.",
    "",
);
const USERS: Key = key("users", A_METRIC, "What counts the app's users. Several series are added up.", "not counted");
const CACHES: Key = key(
    "caches",
    "a metric, or a list of metrics",
    "What tells how big its caches are; each series is a cache. A name that ends in `_bytes` counts bytes, any other entries.",
    "none",
);
const VALUES: Key = key(
    "values",
    "a table of metrics such as `{ queue = \"queue_length\" }`",
    "Other values, by names of your own. Several series are added up.",
    "none",
);
const EVERY_KEY: Key = key(
    "every",
    "a duration such as `\"5 s\"`, from 1 s",
    "The pause between two questions. A question is work for the app.",
    "`5 s`",
);

/// `[metrics]`
pub(super) const METRICS: &[Key] = &[PATH, USERS, CACHES, VALUES, EVERY_KEY];

/// What is asked of the app about itself. `false` asks nothing.
pub(super) fn metrics(reading: &mut Reading<'_>, parent: &Table<'_, '_>, key: &Key) -> Option<Asked> {
    if let DeValue::Boolean(false) = parent.get(key)?.get_ref() {
        return Some(Asked::Nothing);
    }
    let table = reading.table(parent, key, &[METRICS])?;
    if !table.has(&PATH) {
        reading.missing(&table, &PATH);
    }
    Some(Asked::This(Wanted {
        path: reading.take(&table, &PATH, path)?,
        users: reading.take(&table, &USERS, parsed),
        caches: reading.take(&table, &CACHES, selects).unwrap_or_default(),
        values: values(reading, &table),
        every: reading.take(&table, &EVERY_KEY, |value| duration(value).filter(|t| *t >= LEAST_EVERY)).unwrap_or(EVERY),
    }))
}

fn path(value: &DeValue<'_>) -> Option<String> {
    let plain = |path: &String| path.starts_with('/') && !path.contains(|c: char| c.is_whitespace() || c == '#');
    text(value).filter(plain)
}

fn selects(value: &DeValue<'_>) -> Option<Vec<Select>> {
    match value {
        DeValue::Array(entries) => entries.iter().map(|entry| parsed(entry.get_ref())).collect(),
        one => parsed(one).map(|one| vec![one]),
    }
}

fn values(reading: &mut Reading<'_>, table: &Table<'_, '_>) -> BTreeMap<String, Select> {
    let Some(leaf) = table.get(&VALUES) else { return BTreeMap::new() };
    let DeValue::Table(fields) = leaf.get_ref() else {
        reading.wrong(table, &VALUES, describe(leaf.get_ref()), VALUES.value);
        return BTreeMap::new();
    };
    let mut values = BTreeMap::new();
    for (name, value) in fields {
        match parsed(value.get_ref()) {
            Some(select) => {
                values.insert(name.get_ref().to_string(), select);
            }
            None => reading.wrong_entry(
                ("metrics.values", name.get_ref()),
                value.span().start,
                &describe(value.get_ref()),
                A_METRIC,
            ),
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use crate::metrics::{Asked, EVERY, Select};
    use crate::scenario::Project;
    use crate::units::Elapsed;

    fn read(text: &str) -> Result<Project, String> {
        let parsed = Project::parse("emu.toml", text, &mut |_| Err("no file".into()));
        parsed.map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_asked_of_an_app_is_read() {
        let text = "[metrics]\npath = \"/metrics\"\nusers = 'sessions{kind=\"ws\"}'\ncaches = [\"rows\"]\nevery = \"2 s\"\n\
                    values = { queue = \"queue_length\" }\n";
        let Some(Asked::This(wanted)) = read(text).unwrap().metrics else { panic!("something is asked") };
        assert_eq!(wanted.path, "/metrics");
        assert_eq!(wanted.users, Some(Select::named("sessions").with("kind", "ws")));
        assert_eq!((wanted.caches.len(), wanted.every), (1, Elapsed::from_secs(2)));
        assert_eq!(wanted.values["queue"], Select::named("queue_length"));
        let Some(Asked::This(least)) = read("metrics.path = \"/m\"\n").unwrap().metrics else { panic!("asked") };
        assert_eq!(least.every, EVERY);
        assert_eq!(read("metrics = false\n").unwrap().metrics, Some(Asked::Nothing));
        assert_eq!(read("").unwrap().metrics, None);
    }

    #[test]
    fn every_mistake_is_told_with_its_line() {
        for (text, said) in [
            ("[metrics]\nusers = \"a\"\n", "metrics.path"),
            ("[metrics]\npath = \"metrics\"\n", "a path such as"),
            ("[metrics]\npath = \"/m\"\nusers = \"9\"\n", "a metric such as"),
            ("[metrics]\npath = \"/m\"\nevery = \"1 ms\"\n", "from 1 s"),
            ("[metrics]\npath = \"/m\"\nvalues = { a = 1 }\n", "metrics.values.a"),
            ("metrics = true\n", "a table `[metrics]`"),
            ("[metrics]\npth = \"/m\"\n", "did you mean `path`?"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(said), "{text}: {error}");
        }
    }
}
