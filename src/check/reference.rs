use std::fmt::Write;

use super::CHECKS;

/// The reference page of all checks, as Markdown.
pub fn reference() -> String {
    let mut page = String::from(
        "# Checks\n\nWhat `emu check` looks at. Generated from the checks themselves; a test keeps it current (`EMU_BLESS=1 cargo test` rewrites it).\n\nHow to use them: [the guide](../guides/check.md).\n\n| check | gravest | finds | asks the plan |\n|---|---|---|---|\n",
    );
    // Writing to a string cannot fail.
    for check in CHECKS {
        let asks = if check.needs_profile { "yes" } else { "" };
        let _ = writeln!(page, "| [`{0}`](#{0}) | {1} | {2} | {asks} |", check.id, check.severity.name(), check.title);
    }
    for check in CHECKS {
        let _ = write!(
            page,
            "\n## {}\n\n**{}**: {}.\n\nLooks at {}.\n\n{}\n\nMore: <{}>\n",
            check.id,
            check.severity.name(),
            check.title,
            check.looks_at,
            check.why,
            check.documentation
        );
    }
    page
}
