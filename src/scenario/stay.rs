use super::values::{Act, Deed, Expect, Model, Step, Think};

/// A phase of users who come, stay, and do nothing a second time.
pub(super) fn stay(model: Model, deed: Deed) -> (Model, Vec<Step>) {
    let act = Act::Tab { deed, headers: Vec::new() };
    let step = Step { name: "stay".into(), user: String::new(), act, expect: Expect::default(), within: None };
    let model = match model {
        Model::Sessions { coming, lasts, .. } => Model::Sessions { coming, think: Think::always(lasts), lasts },
        other => other,
    };
    (model, vec![step])
}
