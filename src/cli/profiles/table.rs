use tabled::builder::Builder;
use tabled::settings::object::Columns;
use tabled::settings::{Alignment, Padding, Style};

use crate::profile::Value;

/// Longer texts are cut in tables.
const TEXT_MAX: usize = 48;

/// Aligned columns under their names, without a frame and without blanks at line ends.
/// The columns in `right` hold numbers and stand to the right.
pub(super) fn table<const N: usize>(names: [&str; N], rows: &[[String; N]], right: &[usize]) -> String {
    let mut builder = Builder::default();
    builder.push_record(names);
    for row in rows {
        builder.push_record(row);
    }
    let mut table = builder.build();
    table.with(Style::empty()).with(Padding::new(0, 2, 0, 0));
    for column in right {
        table.modify(Columns::one(*column), Alignment::right());
    }
    table.to_string().lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

/// A value on one line: a long text by its beginning and its length.
pub(super) fn short(value: &Value) -> String {
    let text = value.to_string();
    let first: String = text.trim().lines().next().unwrap_or_default().chars().take(TEXT_MAX).collect();
    match value {
        Value::Text(whole) if whole.is_empty() => "(empty)".into(),
        Value::Text(whole) if first.len() < whole.trim().len() => format!("{first}… ({} bytes)", whole.len()),
        Value::List(entries) if entries.is_empty() => "(nothing)".into(),
        _ => first,
    }
}
