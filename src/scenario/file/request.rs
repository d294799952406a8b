use super::body;
use super::headers::{self, Headers};
use crate::scenario::keys::{
    EXCEPTION, EXPECT, EXPECT_KEYS, HOLDS, LACKS, METHOD, PATH, REQUEST_HEADERS, STATUS, UPLOAD, WEIGHT,
};
use crate::scenario::reading::{Reading, Table, count, text, whole};
use crate::scenario::target::is_path;
use crate::scenario::values::{Body, Call, Expect};

const METHODS: &[&str] = &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const CONTENT_TYPE: &str = "content-type";

/// The request in a table, with the headers of the whole scenario.
///
/// What is wrong in it is told; the value then stands for nothing.
pub(super) fn read(reading: &mut Reading<'_>, table: &Table<'_, '_>, shared: &[(String, String)]) -> Call {
    let weight = reading.take(table, &WEIGHT, |value| count(value, 1, 1_000_000)).unwrap_or(1);
    let path = reading.take(table, &PATH, |value| text(value).filter(|path| is_path(path)));
    let said = reading.take(table, &METHOD, |value| text(value).filter(|word| METHODS.contains(&word.as_str())));
    let own = headers::read(reading, table, &REQUEST_HEADERS);
    let made = body::read(reading, table);
    if table.has(&UPLOAD) && headers::get(&own, CONTENT_TYPE).is_some() {
        let ours = "no `content-type` beside `upload`: it names the boundary between the parts";
        reading.wrong(table, &REQUEST_HEADERS, "a `content-type`", ours);
    }
    let method = said.unwrap_or_else(|| if made.is_some() { "POST".into() } else { "GET".into() });
    let expect = expect(reading, table, &method);
    let kind: Headers = made.iter().map(|made| (CONTENT_TYPE.to_owned(), made.content_type.clone())).collect();
    Call {
        weight,
        method,
        path: path.unwrap_or_else(|| "/".into()),
        headers: headers::layered([shared, &kind, &own]),
        body: made.map_or(Body::Empty, |made| Body::Bytes(made.bytes.into())),
        expect,
    }
}

pub(super) fn expect(reading: &mut Reading<'_>, parent: &Table<'_, '_>, method: &str) -> Expect {
    let Some(table) = reading.table(parent, &EXPECT, &[EXPECT_KEYS]) else { return Expect::default() };
    let status = reading.take(&table, &STATUS, |value| whole(value, 100, 599)?.try_into().ok());
    let holds = reading.take(&table, &HOLDS, text);
    let lacks = reading.take(&table, &LACKS, text);
    if let (Some(holds), Some(lacks)) = (&holds, &lacks)
        && holds.contains(lacks.as_str())
    {
        reading.wrong(&table, &LACKS, format!("`{lacks}`"), "a text that `holds` does not hold itself");
    }
    if method == "HEAD" && holds.is_some() {
        reading.wrong(&table, &HOLDS, "`holds` for `HEAD`", "nothing: the answer has no body");
    }
    if table.has(&EXCEPTION) {
        let expected = "nothing: only the page of a Streamlit app shows one";
        reading.wrong(&table, &EXCEPTION, "`exception` for a request", expected);
    }
    Expect { status, holds, lacks, exception: false }
}
