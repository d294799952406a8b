//! The JSON Schema of a profile file, for editors. Made from the vocabulary.

use serde_json::{Map, Value, json};

use super::Confidence;
use super::kind::Kind;
use super::vocabulary::{FAMILIES, Setting, names_of};

/// The schema as JSON, draft 2020-12.
pub fn schema() -> Value {
    let mut properties = Map::new();
    properties.insert("inherits".into(), described("string", "The id of a plan or the name of a platform's folder."));
    properties.insert("source".into(), described("string", "The source of every value that names no other."));
    properties.insert("sources".into(), sources());
    for family in FAMILIES {
        let settings: Vec<&Setting> = family.settings.iter().collect();
        let mut table = table(&settings, 1);
        table["description"] = json!(family.doc);
        properties.insert(family.name.into(), table);
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "emu profile",
        "description": "What a host promises on one plan.",
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    })
}

/// A table whose settings share their first `depth` segments.
fn table(settings: &[&Setting], depth: usize) -> Value {
    let mut table = json!({ "type": "object", "additionalProperties": false });
    let mut properties = Map::new();
    properties.insert("source".into(), described("string", "The source of the values in this table."));
    let mut segments: Vec<&str> = settings.iter().filter_map(|setting| setting.segments().nth(depth)).collect();
    segments.dedup();
    for segment in segments {
        let below: Vec<&Setting> =
            settings.iter().filter(|setting| setting.segments().nth(depth) == Some(segment)).copied().collect();
        let node = node(&below, depth);
        match (segment.starts_with('<'), names_of(segment)) {
            (true, Some(names)) => properties.extend(names.iter().map(|name| ((*name).to_owned(), node.clone()))),
            (true, None) => table["additionalProperties"] = node,
            (false, _) => _ = properties.insert(segment.into(), node),
        }
    }
    table["properties"] = Value::Object(properties);
    table
}

fn node(settings: &[&Setting], depth: usize) -> Value {
    match settings {
        [only] if only.segments().count() == depth + 1 => leaf(only),
        many => table(many, depth + 1),
    }
}

/// A value as it stands plainly, or in its long form with a source of its own.
fn leaf(setting: &Setting) -> Value {
    let value = value(setting);
    json!({
        "description": setting.doc,
        "anyOf": [
            value,
            {
                "type": "object",
                "properties": { "value": value, "source": { "type": "string" } },
                "required": ["value"],
                "additionalProperties": false,
            },
        ],
    })
}

fn value(setting: &Setting) -> Value {
    let plain = kind(setting.kind);
    match (setting.optional, setting.is_entry()) {
        (true, _) => json!({ "anyOf": [plain, { "const": "none" }] }),
        (_, true) => json!({ "anyOf": [plain, { "const": false }] }),
        _ => plain,
    }
}

fn kind(kind: Kind) -> Value {
    const NUMBER: &str = r"^[0-9][0-9_]*(\.[0-9_]+)? ?";
    let quantity = |unit: &str| json!({ "type": "string", "pattern": format!("{NUMBER}{unit}$") });
    match kind {
        Kind::Memory => quantity("[A-Za-z]+"),
        Kind::Elapsed => json!({ "type": "string", "pattern": r"^([0-9][0-9_]*(\.[0-9_]+)? ?[a-z]+ ?)+$" }),
        Kind::Share => quantity("[A-Za-z]*"),
        Kind::Price => json!({ "type": "string", "pattern": r"^\$[0-9][0-9_]*(\.[0-9_]+)?$" }),
        Kind::Rate => json!({ "type": "string", "pattern": r"^\$[0-9][0-9_]*(\.[0-9_]+)? ?(/|per) ?[A-Za-z -]+$" }),
        Kind::Amount => quantity("[A-Za-z -]+"),
        Kind::Integer { low, high } => json!({ "type": "integer", "minimum": low, "maximum": high }),
        Kind::Text => json!({ "type": "string" }),
        Kind::Date => json!({ "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}(-[0-9]{2})?$" }),
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::OneOf(words) => json!({ "enum": words }),
        Kind::List(item) => json!({ "type": "array", "items": self::kind(*item) }),
    }
}

fn sources() -> Value {
    json!({
        "description": "Where facts were read, by name.",
        "type": "object",
        "additionalProperties": {
            "type": "object",
            "properties": {
                "url": described("string", "Where: an address, or a description where there is none."),
                "date": kind(Kind::Date),
                "confidence": kind(Kind::OneOf(Confidence::NAMES)),
                "note": described("string", "How a derived number was derived, or what the source leaves open."),
            },
            "required": ["url", "date", "confidence"],
            "additionalProperties": false,
        },
    })
}

fn described(kind: &str, description: &str) -> Value {
    json!({ "type": kind, "description": description })
}
