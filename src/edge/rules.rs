use std::collections::BTreeMap;

use crate::spec::{Answer, Cause, RouterRules, Spec, WakeRules};

/// The part of a spec that the front door needs.
#[derive(Debug, Clone, PartialEq)]
pub struct EdgeRules {
    /// Limits, timeouts, headers.
    pub router: RouterRules,
    /// What visitors get while the app is away.
    pub wake: WakeRules,
    /// The platform's answers. Complete: every cause has one.
    pub answers: BTreeMap<Cause, Answer>,
    /// Whether it is told when the first request opens and the last one ends.
    pub tells_presence: bool,
}

impl From<&Spec> for EdgeRules {
    fn from(spec: &Spec) -> Self {
        Self {
            router: spec.router.clone(),
            wake: spec.wake.clone(),
            answers: spec.answers.clone(),
            tells_presence: spec.cpu.while_serving_only,
        }
    }
}
