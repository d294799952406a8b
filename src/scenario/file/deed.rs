use toml::de::DeValue;

use super::body;
use crate::scenario::key::Key;
use crate::scenario::keys::{
    AWAY, BODY, CALL, CLICK, EXCEPTION, EXPECT, EXPECT_KEYS, FILE, FORM, GO, HOLDS, INPUTS, JSON, LACKS, LINE_KEYS,
    METHOD, OPEN, PAGE, PATH, REQUEST_HEADERS, SEND, SET, STATUS, TAB_KEYS, UPLOAD,
};
use crate::scenario::reading::{Reading, Table, describe, duration, text};
use crate::scenario::target::is_path;
use crate::scenario::values::{Deed, Expect, Setting, Touch};

/// What has a meaning for requests alone.
const NOT_IN_A_TAB: &[Key] = &[PAGE, PATH, METHOD, REQUEST_HEADERS, BODY, JSON, FORM, FILE];

/// What a step does alone.
const ALONE: &[Key] = &[OPEN, GO, AWAY];

/// What a step of a Streamlit user does. What is wrong in it is told; the value then stands for nothing.
pub(super) fn read(reading: &mut Reading<'_>, table: &Table<'_, '_>) -> Deed {
    for key in table.said(NOT_IN_A_TAB).into_iter().chain(table.said(LINE_KEYS)) {
        let expected = "nothing: a Streamlit user has `open`, `go`, `set`, `upload`, `click` and `away`";
        reading.wrong(table, key, format!("`{}` for a Streamlit user", key.name), expected);
    }
    let alone = table.said(ALONE);
    let beside = table.said(&[OPEN, GO, AWAY, SET, UPLOAD, CLICK]);
    if let (Some(first), Some(other)) =
        (alone.first(), beside.iter().find(|key| alone.first().is_none_or(|first| first.name != key.name)))
    {
        let found = format!("`{}` beside `{}`", other.name, first.name);
        reading.wrong(table, other, found, format!("a step of its own behind the one with `{}`", first.name));
    }
    let open = reading.take(table, &OPEN, |value| text(value).filter(|path| is_path(path)));
    let go = reading.take(table, &GO, text);
    let away = reading.take(table, &AWAY, duration);
    let touch = Touch {
        set: settings(reading, table),
        file: body::upload(reading, table),
        click: reading.take(table, &CLICK, text),
    };
    let alone = open.map(Deed::Open).or(go.map(Deed::Go)).or(away.map(Deed::Away));
    alone.unwrap_or(Deed::Touch(touch))
}

/// What the page must be afterwards.
pub(super) fn expect(reading: &mut Reading<'_>, parent: &Table<'_, '_>) -> Expect {
    let Some(table) = reading.table(parent, &EXPECT, &[EXPECT_KEYS]) else { return Expect::default() };
    let holds = reading.take(&table, &HOLDS, text);
    let lacks = reading.take(&table, &LACKS, text);
    let exception = reading.take(&table, &EXCEPTION, flag);
    if table.has(&STATUS) {
        reading.wrong(&table, &STATUS, "`status` for a Streamlit user", "nothing: a page in a tab has none");
    }
    if let (Some(holds), Some(lacks)) = (&holds, &lacks)
        && holds.contains(lacks.as_str())
    {
        reading.wrong(&table, &LACKS, format!("`{lacks}`"), "a text that `holds` does not hold itself");
    }
    Expect { status: None, holds, lacks, exception: exception.unwrap_or(false) }
}

/// Tells what only somebody in a tab does.
pub(super) fn refuse(reading: &mut Reading<'_>, table: &Table<'_, '_>) {
    for key in table.said(TAB_KEYS).into_iter().chain(table.said(LINE_KEYS)) {
        let kind = match key.name {
            name if name == SEND.name => "websocket",
            name if name == CALL.name || name == INPUTS.name => "gradio",
            _ => "streamlit",
        };
        let expected = format!("it in a step of a user with `kind = \"{kind}\"`");
        reading.wrong(table, key, format!("`{}` for a user who sends requests", key.name), expected);
    }
}

fn settings(reading: &mut Reading<'_>, table: &Table<'_, '_>) -> Vec<(String, Setting)> {
    let Some(leaf) = table.get(&SET) else { return Vec::new() };
    let DeValue::Table(fields) = leaf.get_ref() else {
        reading.wrong(table, &SET, describe(leaf.get_ref()), SET.value);
        return Vec::new();
    };
    // In the order of the file: what is set first may draw what is set next.
    let mut fields: Vec<_> = fields.iter().collect();
    fields.sort_by_key(|(label, _)| label.span().start);
    let mut read = Vec::new();
    for (label, value) in fields {
        if let Some(value) = setting(value.get_ref()) {
            read.push((label.get_ref().to_string(), value));
            continue;
        }
        let (at, found) = (table.key(SET.name), describe(value.get_ref()));
        let expected = "a text, a number, `true`, `false`, or a list of them";
        reading.wrong_entry((&at, label.get_ref()), value.span().start, &found, expected);
    }
    read
}

pub(super) fn flag(value: &DeValue<'_>) -> Option<bool> {
    if let DeValue::Boolean(flag) = value { Some(*flag) } else { None }
}

fn setting(value: &DeValue<'_>) -> Option<Setting> {
    match value {
        DeValue::Boolean(flag) => Some(Setting::Flag(*flag)),
        DeValue::Integer(number) => number.as_str().parse().ok().map(Setting::Number),
        DeValue::Float(number) => {
            number.as_str().parse().ok().filter(|number: &f64| number.is_finite()).map(Setting::Number)
        }
        DeValue::String(text) => Some(Setting::Text(text.to_string())),
        DeValue::Datetime(day) => Some(Setting::Text(day.to_string())),
        DeValue::Array(all) => {
            all.iter().map(|one| setting(one.get_ref())).collect::<Option<_>>().map(Setting::Several)
        }
        DeValue::Table(_) => None,
    }
}
