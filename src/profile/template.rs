//! A new profile to fill in: every setting with its meaning, the ones that a plan has to say as
//! placeholders, the others as comments with the value they have anyway.

use std::fmt::Write;

use super::key;
use super::kind::{Kind, Value};
use super::vocabulary::{FAMILIES, Family, Setting};
use super::{Library, Profile};

/// Longer texts are shown by their length only.
const TEXT_MAX: usize = 60;

/// A file for a plan that inherits from nothing but the base. It loads once every `<…>` is replaced.
pub fn blank(id: &str, library: &Library) -> String {
    let mut page = format!(
        "# {id}: a profile of a hosting plan.\n\
         # Replace every <…>. What is commented out already has this value; docs/profiles.md says more.\n\n\
         source = \"docs\"\n\n\
         [sources.docs]\n\
         url = \"<https://example.com/the-page-with-the-numbers>\"\n\
         date = \"<2026-01-31>\"\n\
         # official, community or guess\n\
         confidence = \"<official>\"\n"
    );
    for family in FAMILIES {
        // Writing to a string cannot fail.
        let _ = blank_family(family, library, &mut page);
    }
    page
}

/// A file that inherits from a profile and changes nothing yet. It loads as it is.
pub fn from(id: &str, parent: &Profile) -> String {
    let mut page = format!(
        "# {id}: a profile of a hosting plan, like {} but for what is uncommented here.\n\
         # A number needs a source: name your own here, or one of those that `emu profiles explain {}` lists.\n\
         inherits = \"{}\"\n\
         # source = \"mine\"\n\n\
         # [sources.mine]\n# url = \"…\"\n# date = \"2026-01-31\"\n# confidence = \"guess\"\n",
        parent.plan.id, parent.plan.id, parent.plan.id
    );
    for family in FAMILIES {
        let _ = inherited_family(family, parent, &mut page);
    }
    page
}

fn blank_family(family: &Family, library: &Library, page: &mut String) -> std::fmt::Result {
    let plain: Vec<&Setting> = family.settings.iter().filter(|setting| !setting.is_pattern()).collect();
    let needed = plain.iter().any(|setting| library.base_value(setting.key).is_none());
    let mark = if needed { "" } else { "# " };
    writeln!(page, "\n# {}\n{mark}[{}]", family.doc, family.name)?;
    for setting in plain {
        let name = below(setting.key, family);
        writeln!(page, "# {}", setting.doc)?;
        match library.base_value(setting.key) {
            Some(value) => writeln!(page, "# {name} = {}", in_toml(&value))?,
            None => writeln!(page, "{name} = {}", placeholder(setting.kind))?,
        }
    }
    for setting in family.settings.iter().filter(|setting| setting.is_pattern()) {
        let name = below(setting.key, family).replace(['<', '>'], "");
        writeln!(page, "# {}: {}\n# {name} = …", name, setting.doc)?;
    }
    Ok(())
}

fn inherited_family(family: &Family, parent: &Profile, page: &mut String) -> std::fmt::Result {
    writeln!(page, "\n# {}\n# [{}]", family.doc, family.name)?;
    let prefix = format!("{}.", family.name);
    for (name, held) in parent.settings.iter().filter(|(name, _)| name.starts_with(&prefix)) {
        writeln!(page, "# {} = {}", &name[prefix.len()..], in_toml(&held.value))?;
    }
    Ok(())
}

fn below<'k>(key: &'k str, family: &Family) -> &'k str {
    key.strip_prefix(family.name).and_then(|rest| rest.strip_prefix('.')).unwrap_or(key)
}

fn placeholder(kind: Kind) -> String {
    match kind {
        Kind::Memory => "\"<512 MiB>\"".into(),
        Kind::Elapsed => "\"<15 min>\"".into(),
        Kind::Share => "\"<0.5 CPU>\"".into(),
        Kind::Price => "\"<$7>\"".into(),
        Kind::Rate => "\"<$0.0864 / vCPU-h>\"".into(),
        Kind::Amount => "\"<50 vCPU-h>\"".into(),
        Kind::Date => "\"<2026-01-31>\"".into(),
        Kind::OneOf(words) => format!("\"<{}>\"", words.first().unwrap_or(&"")),
        Kind::Text | Kind::Integer { .. } | Kind::Flag | Kind::List(_) => "\"<text>\"".into(),
    }
}

/// A value as a file has it on one line.
pub(super) fn in_toml(value: &Value) -> String {
    match value {
        Value::Text(text) if text.len() > TEXT_MAX => format!("\"…\" # a text of {} bytes", text.len()),
        Value::Integer(number) => number.to_string(),
        Value::Flag(flag) => flag.to_string(),
        Value::List(entries) => format!("[{}]", entries.iter().map(in_toml).collect::<Vec<_>>().join(", ")),
        // A JSON string on one line is a TOML string too.
        other => serde_json::Value::String(other.to_string()).to_string(),
    }
}

/// Whether an id can be the name of a file: lower-case words joined by hyphens.
pub fn is_id(id: &str) -> bool {
    let word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    id.split('-').all(word) && key::split(id).is_some()
}
