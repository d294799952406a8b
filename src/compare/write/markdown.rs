use super::super::Comparison;
use super::cells::Cell;
use super::sections::{Width, sections, table};
use crate::report::{Align, Block, Section, Table};

const GLANCE: &[Cell] = &[
    Cell::Label,
    Cell::Verdict,
    Cell::Price,
    Cell::ColdStart,
    Cell::P50,
    Cell::P95,
    Cell::P99,
    Cell::Errors,
    Cell::Need,
    Cell::OfLimit,
    Cell::Throttled,
    Cell::Kills,
];

/// For the comment of a pull request: what it comes to, one table, and everything else folded away.
pub fn markdown(comparison: &Comparison) -> String {
    let all = sections(comparison, Width::Page);
    let title = all.first().map(|section| escaped(&section.title)).unwrap_or_default();
    let mut parts = vec![format!("### {title}")];
    parts.push(bullets(&headlines(comparison)));
    parts.push(drawn(&table(comparison, GLANCE)));
    let rest: Vec<String> = all.iter().map(section).collect();
    parts.push(format!(
        "<details><summary>Figures, differences and rules</summary>\n\n{}\n\n</details>",
        rest.join("\n\n")
    ));
    parts.retain(|part| !part.is_empty());
    parts.join("\n\n")
}

/// The advice; without one, the verdicts.
fn headlines(comparison: &Comparison) -> Vec<String> {
    if !comparison.advice.sentences.is_empty() {
        return comparison.advice.sentences.clone();
    }
    let line = |arm: &super::super::ArmResult| format!("`{}` {}", arm.label, super::sections::verdict(&arm.verdict));
    comparison.arms.iter().map(line).collect()
}

fn bullets(lines: &[String]) -> String {
    lines.iter().map(|line| format!("- {}", escaped(line))).collect::<Vec<_>>().join("\n")
}

fn section(section: &Section) -> String {
    let mut parts = vec![format!("**{}**", escaped(&section.title))];
    let mut lines: Vec<String> = Vec::new();
    for block in &section.blocks {
        match block {
            Block::Line(line) => lines.push(line.clone()),
            Block::Table(table) => {
                parts.push(bullets(&std::mem::take(&mut lines)));
                parts.push(drawn(table));
            }
        }
    }
    parts.push(bullets(&lines));
    parts.retain(|part| !part.is_empty());
    parts.join("\n\n")
}

fn drawn(table: &Table) -> String {
    let line = |cells: &mut dyn Iterator<Item = String>| format!("| {} |", cells.collect::<Vec<_>>().join(" | "));
    let head = line(&mut table.columns.iter().map(|column| escaped(&column.name)));
    let rule = line(&mut table.columns.iter().map(|column| {
        let side = if column.align == Align::Right { "---:" } else { "---" };
        side.to_owned()
    }));
    let rows = table.rows.iter().map(|row| line(&mut row.iter().map(|cell| escaped(cell))));
    [head, rule].into_iter().chain(rows).collect::<Vec<_>>().join("\n")
}

/// Nothing in it ends a cell, begins a tag or a new line.
fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('|', "\\|");
    text.split(['\n', '\r']).map(str::trim).collect::<Vec<_>>().join(" ")
}
