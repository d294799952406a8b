use toml::de::DeValue;

use super::json;
use crate::scenario::encode::{form, media_of, multipart};
use crate::scenario::key::{Key, in_backticks};
use crate::scenario::keys::{BODIES, BODY, FIELD, FILE, FORM, JSON, TYPE, UPLOAD, UPLOAD_KEYS, UPLOAD_NAME, UPLOADED};
use crate::scenario::reading::{Reading, Table, describe, printed, text};
use crate::scenario::values::Upload;

/// What a request sends.
pub(super) struct Made {
    pub(super) bytes: Vec<u8>,
    pub(super) content_type: String,
}

/// The body that a request's table describes; `None` where there is none, or one that is wrong and told.
pub(super) fn read(reading: &mut Reading<'_>, table: &Table<'_, '_>) -> Option<Made> {
    let said = table.said(BODIES);
    let form_with_file = said.len() == 2 && table.has(&FORM) && table.has(&UPLOAD);
    if let [first, second, ..] = said.as_slice()
        && !form_with_file
    {
        let found = format!("`{}` beside `{}`", second.name, first.name);
        let one = format!("one of {}", in_backticks(BODIES.iter().map(|key| key.name)));
        reading.wrong(table, second, found, format!("{one}, or `form` with `upload`"));
    }
    // All of them are read, so that what is wrong in any of them is told as well.
    let plain = reading.take(table, &BODY, text_or_empty).map(|text| made(text, "text/plain; charset=utf-8"));
    let json = reading.take(table, &JSON, json::body).map(|json| made(json.to_string(), "application/json"));
    let fields = fields(reading, table);
    let file = file(reading, table, &FILE).map(|(_, bytes)| made(bytes, "application/octet-stream"));
    let upload = upload(reading, table).map(|upload| {
        let (bytes, content_type) = multipart(fields.as_deref().unwrap_or_default(), &upload);
        Made { bytes, content_type }
    });
    let form = fields.map(|fields| made(form(&fields), "application/x-www-form-urlencoded"));
    plain.or(json).or(file).or(upload).or(form)
}

fn made(bytes: impl Into<Vec<u8>>, content_type: &str) -> Made {
    Made { bytes: bytes.into(), content_type: content_type.to_owned() }
}

fn text_or_empty(value: &DeValue<'_>) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// The fields of a form; `None` where there is none, or one that is no table and told.
pub(super) fn fields(reading: &mut Reading<'_>, table: &Table<'_, '_>) -> Option<Vec<(String, String)>> {
    let leaf = table.get(&FORM)?;
    let DeValue::Table(fields) = leaf.get_ref() else {
        reading.wrong(table, &FORM, describe(leaf.get_ref()), FORM.value);
        return None;
    };
    let mut read = Vec::new();
    for (name, value) in fields {
        if let Some(value) = printed(value.get_ref()) {
            read.push((name.get_ref().to_string(), value));
            continue;
        }
        let (at, found) = (table.key(FORM.name), describe(value.get_ref()));
        reading.wrong_entry((&at, name.get_ref()), value.span().start, &found, "a text or a number");
    }
    Some(read)
}

/// The path under a key, and what the file there holds.
fn file(reading: &mut Reading<'_>, table: &Table<'_, '_>, key: &Key) -> Option<(String, Vec<u8>)> {
    let path = reading.take(table, key, text)?;
    match (reading.files)(&path) {
        Ok(bytes) => Some((path, bytes)),
        Err(reason) => {
            reading.wrong(table, key, format!("`{path}`, which cannot be read: {reason}"), "a file that is there");
            None
        }
    }
}

/// The file of a form; `None` where there is none, or one that is wrong and told.
pub(super) fn upload(reading: &mut Reading<'_>, parent: &Table<'_, '_>) -> Option<Upload> {
    let table = reading.table(parent, &UPLOAD, &[UPLOAD_KEYS])?;
    let field = reading.take(&table, &FIELD, text);
    let name = reading.take(&table, &UPLOAD_NAME, text);
    let media = reading.take(&table, &TYPE, media);
    if !table.has(&UPLOADED) {
        reading.missing(&table, &UPLOADED);
    }
    let (path, content) = file(reading, &table, &UPLOADED)?;
    let name = name.unwrap_or_else(|| path.rsplit(['/', '\\']).next().unwrap_or(&path).to_owned());
    let media = media.unwrap_or_else(|| media_of(&name).to_owned());
    Some(Upload { field, name, media, content: content.into() })
}

/// `text/csv`, with parameters or without.
fn media(value: &DeValue<'_>) -> Option<String> {
    let whole = text(value)?;
    let (kind, sub) = whole.split(';').next()?.split_once('/')?;
    let named = !kind.is_empty() && !sub.is_empty();
    (named && whole.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ')).then_some(whole)
}
