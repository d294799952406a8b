use serde_json::{Map, Number, Value};
use toml::de::DeValue;

/// A value of the file as JSON; a text as the JSON it is written in. `None` for what JSON cannot say.
pub(super) fn body(value: &DeValue<'_>) -> Option<Value> {
    match value {
        DeValue::String(text) => serde_json::from_str(text).ok(),
        DeValue::Table(_) | DeValue::Array(_) => converted(value),
        _ => None,
    }
}

/// A value of the file as JSON, texts as they are.
pub(super) fn converted(value: &DeValue<'_>) -> Option<Value> {
    match value {
        DeValue::String(text) => Some(Value::String(text.to_string())),
        DeValue::Boolean(flag) => Some(Value::Bool(*flag)),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok().map(Value::from),
        DeValue::Float(number) => Number::from_f64(number.as_str().parse().ok()?).map(Value::Number),
        DeValue::Datetime(date) => Some(Value::String(date.to_string())),
        DeValue::Array(entries) => entries.iter().map(|entry| converted(entry.get_ref())).collect(),
        DeValue::Table(fields) => {
            let fields =
                fields.iter().map(|(name, value)| Some((name.get_ref().to_string(), converted(value.get_ref())?)));
            fields.collect::<Option<Map<_, _>>>().map(Value::Object)
        }
    }
}
