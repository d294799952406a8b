use serde::Serialize;

use super::Summary;

/// The version of the JSON form of a summary. A higher number means that readers have to change;
/// fields may be added without one.
pub const SCHEMA: u32 = 1;

/// A summary with the version of its form. Times are in microseconds (`…_us`), memory in bytes
/// (`…_bytes`).
///
/// `docs/reference/json.md` describes it, and `docs/reference/schemas/summary.json` is its schema.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Document<'s> {
    schema: u32,
    #[serde(flatten)]
    summary: &'s Summary,
}

/// A summary, ready to be written as JSON.
pub fn json(summary: &Summary) -> Document<'_> {
    Document { schema: SCHEMA, summary }
}
