//! A reader of JSON Schema, as far as our own schemas go: type, const, enum, minimum, properties,
//! required, additionalProperties (false), items, anyOf, `$ref` into `$defs`.

use serde_json::Value;

/// The faults of `value` under the schema file of this name.
pub fn faults(schema: &str, value: &Value) -> Vec<String> {
    let path = format!("docs/reference/schemas/{schema}.json");
    let text = std::fs::read_to_string(&path).expect("the schema is there");
    let root: Value = serde_json::from_str(&text).expect("a schema is JSON");
    let mut reader = Reader { root: &root, faults: Vec::new() };
    reader.check(&root, value, "$");
    reader.faults
}

struct Reader<'r> {
    root: &'r Value,
    faults: Vec<String>,
}

impl Reader<'_> {
    fn check(&mut self, schema: &Value, value: &Value, at: &str) {
        if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
            let name = target.strip_prefix("#/$defs/").expect("references go to $defs");
            self.check(&self.root["$defs"][name].clone(), value, at);
        }
        if let Some(choices) = schema.get("anyOf").and_then(Value::as_array) {
            self.any(choices, value, at);
        }
        self.simple(schema, value, at);
        if let Some(fields) = value.as_object().filter(|_| schema.get("properties").is_some()) {
            self.fields(schema, fields, at);
        }
        if let (Some(items), Some(values)) = (schema.get("items"), value.as_array()) {
            for (n, value) in values.iter().enumerate() {
                self.check(items, value, &format!("{at}[{n}]"));
            }
        }
    }

    fn any(&mut self, choices: &[Value], value: &Value, at: &str) {
        let fits = choices.iter().any(|choice| {
            let mut reader = Reader { root: self.root, faults: Vec::new() };
            reader.check(choice, value, at);
            reader.faults.is_empty()
        });
        if !fits {
            self.faults.push(format!("{at}: {value} fits none of the choices"));
        }
    }

    fn simple(&mut self, schema: &Value, value: &Value, at: &str) {
        let types: Vec<&str> = match schema.get("type") {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        if !types.is_empty() && !types.iter().any(|name| is(name, value)) {
            self.faults.push(format!("{at}: found {value}, expected {types:?}"));
        }
        if schema.get("const").is_some_and(|only| only != value) {
            self.faults.push(format!("{at}: found {value}, expected {}", schema["const"]));
        }
        if schema.get("enum").and_then(Value::as_array).is_some_and(|words| !words.contains(value)) {
            self.faults.push(format!("{at}: {value} is not one of {}", schema["enum"]));
        }
        let least = schema.get("minimum").and_then(Value::as_i64);
        if least.zip(value.as_i64()).is_some_and(|(least, found)| found < least) {
            self.faults.push(format!("{at}: {value} is too small"));
        }
    }

    fn fields(&mut self, schema: &Value, fields: &serde_json::Map<String, Value>, at: &str) {
        for name in schema.get("required").and_then(Value::as_array).into_iter().flatten() {
            if !name.as_str().is_some_and(|name| fields.contains_key(name)) {
                self.faults.push(format!("{at}: {name} is missing"));
            }
        }
        for (name, value) in fields {
            match schema["properties"].get(name) {
                Some(schema) => self.check(schema, value, &format!("{at}.{name}")),
                None => self.faults.push(format!("{at}: {name} is not documented")),
            }
        }
    }
}

fn is(name: &str, value: &Value) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("the reader does not know the type `{other}`"),
    }
}
