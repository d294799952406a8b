//! The reference page of all settings, as Markdown. Made from the vocabulary and the base file.

use std::fmt::Write;

use super::kind::in_backticks;
use super::vocabulary::{FAMILIES, Family, Setting, names_of};
use super::{Library, Value};

/// The page. The last column is what a profile has that says nothing of its own.
pub fn reference(library: &Library) -> String {
    let mut page = String::from(
        "# Settings of a profile\n\n\
         Generated from the vocabulary; a test keeps it current (`EMU_BLESS=1 cargo test` rewrites it). \
         How a profile is written: [profiles](../profiles.md).\n\n\
         A value stands plainly or as `{ value = …, source = \"NAME\" }`. Every number needs a source. \
         A dash in the last column: every plan has to say it.\n",
    );
    for family in FAMILIES {
        // Writing to a string cannot fail.
        let _ = describe(family, library, &mut page);
    }
    page
}

fn describe(family: &Family, library: &Library, page: &mut String) -> std::fmt::Result {
    writeln!(page, "\n## `[{}]`\n\n{}\n", family.name, family.doc)?;
    let names = family.settings.iter().flat_map(Setting::segments).find_map(|word| Some((word, names_of(word)?)));
    if let Some((word, names)) = names {
        writeln!(page, "`{word}` is one of {}.\n", in_backticks(names))?;
    }
    page.push_str("| setting | value | meaning | without it |\n|---|---|---|---|\n");
    for setting in family.settings {
        let without = without(setting, library);
        let expected = setting.expected().replace('|', "\\|");
        writeln!(page, "| `{}` | {expected} | {} | {without} |", setting.key, setting.doc)?;
    }
    Ok(())
}

/// What the base says where a profile says nothing.
fn without(setting: &Setting, library: &Library) -> String {
    match library.base_value(setting.key) {
        Some(Value::List(entries)) if entries.is_empty() => "`[]`".into(),
        Some(value) => format!("`{value}`"),
        None if setting.is_entry() || setting.optional => "absent".into(),
        None if setting.is_pattern() => String::new(),
        None => "–".into(),
    }
}
