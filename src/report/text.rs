use tabled::builder::Builder;
use tabled::settings::object::Columns;
use tabled::settings::width::Wrap;
use tabled::settings::{Alignment, Padding, Style};

use super::table::{Align, Block, Section, Table};

/// What stands under a heading is indented by this much.
const INDENT: usize = 2;

/// Writes sections for people: aligned, without colour, within `width` columns. Ends without a line end.
pub fn text(sections: &[Section], width: usize) -> String {
    let parts: Vec<String> = sections.iter().map(|section| one(section, width)).collect();
    parts.join("\n\n")
}

fn one(section: &Section, width: usize) -> String {
    let mut lines = vec![section.title.clone()];
    for block in &section.blocks {
        match block {
            Block::Line(line) => lines.extend(wrapped(line, width)),
            Block::Table(table) => lines.extend(drawn(table, width)),
        }
    }
    lines.join("\n")
}

/// Writes a table alone, from the first column on, however wide it gets: whoever cuts or searches it
/// finds a row in a line. Ends without a line end.
pub fn table_text(table: &Table) -> String {
    let lines = drawn(table, usize::MAX);
    lines.iter().map(|line| line.get(INDENT..).unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// A sentence, indented; what does not fit goes on under its own beginning.
fn wrapped(line: &str, width: usize) -> Vec<String> {
    let indent = INDENT + (line.len() - line.trim_start().len());
    let room = width.saturating_sub(indent).max(20);
    let mut lines: Vec<String> = Vec::new();
    for word in line.split_whitespace() {
        match lines.last_mut() {
            Some(last) if last.chars().count() + 1 + word.chars().count() <= room => {
                last.push(' ');
                last.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.iter().map(|part| format!("{:indent$}{part}", "")).collect()
}

/// Words break over lines, numbers never do: which column gives `excess` characters, and what is left
/// of it. `None` when nothing is in excess, or no column has that much; the table is then too wide,
/// which reads better than a number apart from its unit.
fn narrower(table: &Table, excess: usize) -> Option<(usize, usize)> {
    const LEAST: usize = 12;
    let width = |at: usize| table.rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max();
    let words = table.columns.iter().enumerate().filter(|(_, column)| column.align == Align::Left);
    let (at, widest) = words.filter_map(|(at, _)| Some((at, width(at)?))).max_by_key(|(_, width)| *width)?;
    let room = widest.checked_sub(excess).filter(|room| *room >= LEAST)?;
    (excess > 0).then_some((at, room + INDENT))
}

fn drawn(table: &Table, width: usize) -> Vec<String> {
    let mut builder = Builder::default();
    if table.columns.iter().any(|column| !column.name.is_empty()) {
        builder.push_record(table.columns.iter().map(|column| column.name.as_str()));
    }
    table.rows.iter().for_each(|row| builder.push_record(row));
    let mut drawn = builder.build();
    drawn.with(Style::empty()).with(Padding::new(INDENT, 0, 0, 0));
    for (at, column) in table.columns.iter().enumerate() {
        let side = if column.align == Align::Right { Alignment::right() } else { Alignment::left() };
        drawn.modify(Columns::one(at), side);
    }
    if let Some((at, room)) = narrower(table, drawn.total_width().saturating_sub(width)) {
        drawn.modify(Columns::one(at), Wrap::new(room).keep_words(true));
    }
    drawn.to_string().lines().map(|line| line.trim_end().to_owned()).collect()
}
