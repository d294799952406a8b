//! What is done by users who have a session and no tab: on a WebSocket, and in a Gradio app.

use toml::de::DeValue;

use super::deed::flag;
use super::json;
use super::kind::Kind;
use crate::scenario::key::Key;
use crate::scenario::keys::{
    AWAY, BODY, CALL, CLICK, EXCEPTION, EXPECT, EXPECT_KEYS, FILE, FORM, GO, HOLDS, INPUTS, JSON, LACKS, METHOD, OPEN,
    PAGE, PATH, REQUEST_HEADERS, SEND, SET, STATUS, UPLOAD,
};
use crate::scenario::reading::{Reading, Table, duration, text};
use crate::scenario::target::is_path;
use crate::scenario::values::{Deed, Expect, Gradio, Line};

/// What only others do.
const OF_OTHERS: &[Key] = &[PAGE, PATH, METHOD, REQUEST_HEADERS, BODY, JSON, FORM, FILE, UPLOAD, GO, SET, CLICK];

/// What a step of somebody on a WebSocket does. What is wrong in it is told; the value then stands for nothing.
pub(super) fn on_a_line(reading: &mut Reading<'_>, table: &Table<'_, '_>) -> Deed {
    let keys = [OF_OTHERS, &[CALL, INPUTS]].concat();
    none_of(reading, table, (&keys, "nothing: a WebSocket user has `open`, `send` and `away`", Kind::Websocket));
    one_of(reading, table, &[OPEN, SEND, AWAY]);
    let open = reading.take(table, &OPEN, |value| text(value).filter(|path| is_path(path)));
    let away = reading.take(table, &AWAY, duration);
    let send = reading.take(table, &SEND, text);
    let alone = open.map(Line::Open).or(away.map(Line::Away));
    Deed::Line(alone.unwrap_or(Line::Say(send)))
}

/// What a step of somebody in a Gradio app does.
pub(super) fn in_gradio(reading: &mut Reading<'_>, table: &Table<'_, '_>) -> Deed {
    let keys = [OF_OTHERS, &[SEND, AWAY]].concat();
    none_of(reading, table, (&keys, "nothing: a Gradio user has `open`, and `call` with `inputs`", Kind::Gradio));
    one_of(reading, table, &[OPEN, CALL]);
    let open = reading.take(table, &OPEN, |value| text(value).filter(|path| is_path(path)));
    let name = reading.take(table, &CALL, text);
    let inputs = reading.take(table, &INPUTS, inputs).unwrap_or_default();
    if table.has(&INPUTS) && !table.has(&CALL) {
        reading.wrong(table, &INPUTS, "`inputs` without `call`", "`call`: the function that they are for");
    }
    let call = name.map(|name| Gradio::Call { name: name.trim_start_matches('/').to_owned(), inputs });
    Deed::Gradio(open.map(Gradio::Open).or(call).unwrap_or(Gradio::Stay))
}

/// What must come back: a text that it holds; in Gradio also one that it does not hold, and an exception.
pub(super) fn expect(reading: &mut Reading<'_>, parent: &Table<'_, '_>, kind: Kind) -> Expect {
    let Some(table) = reading.table(parent, &EXPECT, &[EXPECT_KEYS]) else { return Expect::default() };
    let holds = reading.take(&table, &HOLDS, text);
    if kind == Kind::Gradio {
        none_of(reading, &table, (&[STATUS], "nothing: what a function gives has none", kind));
        let lacks = reading.take(&table, &LACKS, text);
        let exception = reading.take(&table, &EXCEPTION, flag);
        return Expect { status: None, holds, lacks, exception: exception.unwrap_or(false) };
    }
    let only = "`holds` alone: the step waits for a message that holds it";
    none_of(reading, &table, (&[STATUS, LACKS, EXCEPTION], only, kind));
    Expect { holds, ..Expect::default() }
}

/// Tells every key that has no meaning here.
fn none_of(reading: &mut Reading<'_>, table: &Table<'_, '_>, (keys, expected, kind): (&[Key], &str, Kind)) {
    for key in table.said(keys) {
        reading.wrong(table, key, format!("`{}` for a {} user", key.name, kind.title()), expected);
    }
}

/// Tells all but the first of what cannot be done in one step.
fn one_of(reading: &mut Reading<'_>, table: &Table<'_, '_>, keys: &[Key]) {
    if let [first, others @ ..] = table.said(keys).as_slice() {
        for other in others {
            let found = format!("`{}` beside `{}`", other.name, first.name);
            reading.wrong(table, other, found, format!("a step of its own behind the one with `{}`", first.name));
        }
    }
}

/// A list of what JSON knows.
fn inputs(value: &DeValue<'_>) -> Option<Vec<serde_json::Value>> {
    value.as_array()?.iter().map(|one| json::converted(one.get_ref())).collect()
}
