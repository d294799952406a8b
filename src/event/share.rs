use serde::{Deserialize, Serialize};

use super::InstanceId;
use crate::units::{Elapsed, Millicores};

/// The CPU share of an instance from now on, where its plan gives more at some times than at others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// Which.
    pub instance: InstanceId,
    /// Which of the plan's shares it is.
    pub level: ShareLevel,
    /// How much that is.
    pub share: Millicores,
    /// Why it has this one.
    pub why: ShareWhy,
    /// What the bank of unused CPU time held when that was decided; `None` where the plan has no bank.
    #[serde(default, rename = "bank_us", skip_serializing_if = "Option::is_none")]
    pub bank: Option<Elapsed>,
}

/// The shares that a plan gives at different times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ShareLevel {
    /// Nearly nothing: nobody asks for the app.
    Withheld,
    /// What can be counted on.
    Guaranteed,
    /// What the bank of unused CPU time allows.
    Burst,
}

/// Why an instance has its share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ShareWhy {
    /// Its process begins.
    Begin,
    /// The bank of unused CPU time is empty.
    BankEmpty,
    /// The bank holds enough again.
    BankFilled,
    /// A request is open.
    Request,
    /// The platform asks for its health.
    Health,
    /// No request is open.
    NoRequest,
    /// It is stopped, and shall be able to do so in order.
    Stop,
}
