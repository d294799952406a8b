use std::collections::BTreeSet;

use super::kind::Kind;
use super::user::{Doer, Everybody};
use super::{body, deed, headers, line, request};
use crate::scenario::key::Key;
use crate::scenario::keys::{
    BODY, FILE, FORM, JSON, LINE_KEYS, METHOD, PAGE, PATH, REQUEST, REQUEST_HEADERS, STEP_KEYS, STEP_NAME, STEPS,
    TAB_KEYS, UPLOAD, WITHIN,
};
use crate::scenario::reading::{Reading, Table, duration, text};
use crate::scenario::target::is_path;
use crate::scenario::values::{Act, Deed, Expect, Form, Gradio, Line, Model, Step, Touch};

/// What a page with a form makes meaningless: the page says where the form goes, and how.
const NOT_WITH_A_PAGE: &[Key] = &[PATH, METHOD, BODY, JSON, FILE];

/// The steps of a phase whose users are of this kind, unless they say another; empty where it has none.
pub(super) fn all(
    reading: &mut Reading<'_>,
    phase: &Table<'_, '_>,
    (everybody, kind): (&Everybody, Kind),
) -> Vec<Step> {
    let tables = reading.tables(phase, &STEPS, &[STEP_KEYS, TAB_KEYS, LINE_KEYS, REQUEST]);
    tables.iter().map(|table| step(reading, table, (everybody, kind))).collect()
}

/// The model that steps make; `None` where there is none, which has been told.
pub(super) fn model(steps: &[Step]) -> Option<Model> {
    let users = steps.iter().map(|step| &step.user).collect::<BTreeSet<_>>().len();
    let (steps, users) = (u32::try_from(steps.len()).ok()?, u32::try_from(users).ok()?);
    (steps > 0).then_some(Model::Steps { steps, users })
}

fn step(reading: &mut Reading<'_>, table: &Table<'_, '_>, (everybody, kind): (&Everybody, Kind)) -> Step {
    let Doer { name: user, headers: theirs, kind: own } = everybody.who(reading, table);
    let name = reading.take(table, &STEP_NAME, text);
    let within = reading.take(table, &WITHIN, duration);
    let (act, expect) = match own.unwrap_or(kind) {
        Kind::Http => {
            deed::refuse(reading, table);
            asked(reading, table, &theirs)
        }
        session => {
            let (deed, expect) = done(reading, table, session);
            (Act::Tab { deed, headers: theirs }, expect)
        }
    };
    Step { name: name.unwrap_or_else(|| act.what()), user, act, expect, within }
}

/// What somebody does who has a session.
fn done(reading: &mut Reading<'_>, table: &Table<'_, '_>, kind: Kind) -> (Deed, Expect) {
    match kind {
        Kind::Websocket => (line::on_a_line(reading, table), line::expect(reading, table, kind)),
        Kind::Gradio => (line::in_gradio(reading, table), line::expect(reading, table, kind)),
        Kind::Streamlit | Kind::Http => {
            let expect = deed::expect(reading, table);
            (deed::read(reading, table), expect)
        }
    }
}

/// What somebody does who sends requests.
fn asked(reading: &mut Reading<'_>, table: &Table<'_, '_>, theirs: &[(String, String)]) -> (Act, Expect) {
    let page = reading.take(table, &PAGE, |value| text(value).filter(|path| is_path(path)));
    if table.has(&PAGE) {
        let expect = request::expect(reading, table, "GET");
        (Act::Fill(form(reading, table, page.unwrap_or_default(), theirs)), expect)
    } else {
        let call = request::read(reading, table, theirs);
        let expect = call.expect.clone();
        (Act::Ask(call), expect)
    }
}

fn form(reading: &mut Reading<'_>, table: &Table<'_, '_>, page: String, theirs: &[(String, String)]) -> Form {
    for key in table.said(NOT_WITH_A_PAGE) {
        reading.wrong(
            table,
            key,
            format!("`{}` beside `page`", key.name),
            "nothing: the page says where its form goes",
        );
    }
    if !table.has(&FORM) && !table.has(&UPLOAD) {
        reading.wrong(table, &PAGE, "a page and nothing to fill in", "`form` or `upload` beside it, or `path`");
    }
    let own = headers::read(reading, table, &REQUEST_HEADERS);
    let fields = body::fields(reading, table).unwrap_or_default();
    let file = body::upload(reading, table);
    Form { page, headers: headers::layered([theirs, &own, &[]]), fields, file }
}

impl Act {
    /// What is done, in the words of the log: `GET /files`, `the form on /login`, `click Load`.
    fn what(&self) -> String {
        match self {
            Self::Ask(call) => format!("{} {}", call.method, call.path),
            Self::Fill(form) => format!("the form on {}", form.page),
            Self::Tab { deed, .. } => deed.what(),
        }
    }
}

impl Deed {
    fn what(&self) -> String {
        match self {
            Self::Open(target) => format!("open {target}"),
            Self::Go(page) => format!("go to {page}"),
            Self::Touch(touch) => touch.what(),
            Self::Away(pause) | Self::Line(Line::Away(pause)) => format!("away for {pause}"),
            Self::Line(Line::Open(path)) | Self::Gradio(Gradio::Open(path)) => format!("open {path}"),
            Self::Line(Line::Say(Some(text))) => format!("send {}", text.lines().next().unwrap_or_default()),
            Self::Line(Line::Say(None)) => "listen".into(),
            Self::Gradio(Gradio::Call { name, .. }) => format!("call {name}"),
            Self::Gradio(Gradio::Stay) => "stay".into(),
        }
    }
}

impl Touch {
    /// `set Rows, click Load`
    fn what(&self) -> String {
        let set = self.set.iter().map(|(label, _)| format!("set {label}"));
        let file = self.file.iter().map(|file| format!("upload {}", file.name));
        let click = self.click.iter().map(|label| format!("click {label}"));
        let all = set.chain(file).chain(click).collect::<Vec<_>>().join(", ");
        if all.is_empty() { "run again".into() } else { all }
    }
}
