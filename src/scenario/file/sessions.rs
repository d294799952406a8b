use toml::de::DeValue;

use super::kind::Kind;
use crate::scenario::key::Key;
use crate::scenario::keys::{ARRIVALS, BODIES, EXPECT, KIND, METHOD, REQUESTS, STEP_USER, STEPS, THINK, USERS};
use crate::scenario::reading::{Reading, Table};
use crate::scenario::stay::stay;
use crate::scenario::values::{Deed, Gradio, Line, Model, Step};

/// Whether a pace is that of users who come and go, or stay.
pub(super) fn of_users(pace: &Key) -> bool {
    pace.name == USERS.name || pace.name == ARRIVALS.name
}

/// The same users, each with a session.
pub(super) fn of(model: Model) -> Model {
    match model {
        Model::Closed { coming, think, lasts } => Model::Sessions { coming, think, lasts },
        other => other,
    }
}

/// What users do who have no steps: in Streamlit they have the script run again; the others come, and stay.
pub(super) fn without_steps(model: Model, kind: Kind) -> (Model, Vec<Step>) {
    match kind {
        Kind::Http | Kind::Streamlit => (model, Vec::new()),
        Kind::Websocket => stay(model, Deed::Line(Line::Say(None))),
        Kind::Gradio => stay(model, Deed::Gradio(Gradio::Stay)),
    }
}

/// What cannot stand in a phase of sessions, and what only they can have.
pub(super) fn check(reading: &mut Reading<'_>, table: &Table<'_, '_>, (pace, kind): (&Key, Kind)) {
    if kind == Kind::Http || pace.name == STEPS.name {
        return;
    }
    if !of_users(pace) {
        let found = format!("`kind = \"{}\"` beside `{}`", kind.name(), pace.name);
        reading.wrong(table, &KIND, found, "`users` or `arrivals`, or `[[phase.step]]`: a session is somebody's");
        return;
    }
    let requests = [&[METHOD, EXPECT, REQUESTS], BODIES].concat();
    for key in table.said(&requests) {
        let found = format!("`{}` for {} users", key.name, kind.title());
        reading.wrong(table, key, found, "`[[phase.step]]`: what they do, and what they expect");
    }
    if matches!(kind, Kind::Websocket | Kind::Gradio) && table.has(&THINK) && !table.has(&STEPS) {
        let expected = "nothing, or `[[phase.step]]`: users without steps come and stay";
        reading.wrong(table, &THINK, "`think` and nothing to do", expected);
    }
    let steps = table.get(&STEPS).and_then(|leaf| leaf.get_ref().as_array());
    let named = |step: &DeValue<'_>| step.as_table().is_some_and(|step| step.contains_key(STEP_USER.name));
    if steps.is_some_and(|steps| steps.iter().any(|step| named(step.get_ref()))) {
        reading.wrong(
            table,
            &STEPS,
            format!("`user` in a step beside `{}`", pace.name),
            "nothing: each of them does it",
        );
    }
}
