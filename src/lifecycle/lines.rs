use std::collections::BTreeMap;

use super::Lifecycle;
use crate::spec::LineKind;
use crate::units::Elapsed;

/// An occasion on which the platform writes a line into the app's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Which occasion.
    pub kind: LineKind,
    /// What its template can speak of.
    pub values: Values,
}

/// Values for the placeholders of a template, by name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Values(BTreeMap<&'static str, String>);

impl Values {
    /// Sets one.
    pub fn set(&mut self, name: &'static str, value: impl Into<String>) {
        self.0.insert(name, value.into());
    }

    /// Reads one.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

/// Fills `{name}` placeholders. What is unknown stays as it is, so that a wrong template is seen.
pub fn fill(template: &str, values: &Values) -> String {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let (before, from) = rest.split_at(open);
        filled.push_str(before);
        let known = from.find('}').and_then(|close| Some((values.get(&from[1..close])?, close + 1)));
        let (text, taken) = known.unwrap_or(("{", 1));
        filled.push_str(text);
        rest = &from[taken..];
    }
    filled + rest
}

impl Lifecycle {
    /// An occasion for a line, with everything known about it.
    pub(super) fn line(&mut self, kind: LineKind, more: &[(&'static str, String)]) {
        let mut values = self.rules.values.clone();
        if let Some(instance) = self.slot.instance() {
            values.set("instance", instance.0.to_string());
        }
        if let Some(need) = self.slot.life().and_then(|life| life.memory.need()) {
            // As platforms write it: 531M for 531 MiB.
            values.set("memory_now", format!("{}M", need.bytes() >> 20));
            values.set("memory_percent", format!("{:.1}", need.percent_of(self.rules.memory.limit)));
        }
        for (name, value) in more {
            values.set(name, value.as_str());
        }
        self.effects.push(super::Effect::Line(Line { kind, values }));
    }
}

/// Whole seconds, rounded to the nearest: what lines and stories speak in.
pub(super) fn seconds(time: Elapsed) -> String {
    ((time.millis() + 500) / 1_000).to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values() -> Values {
        let mut values = Values::default();
        values.set("port", "10000");
        values.set("empty", "");
        values
    }

    #[test]
    fn known_placeholders_are_filled_and_unknown_ones_stay_visible() {
        let cases = [
            ("on port {port}", "on port 10000"),
            ("{port}{port}", "1000010000"),
            ("[{empty}]", "[]"),
            ("{wrong} and {port}", "{wrong} and 10000"),
            ("{", "{"),
            ("}{", "}{"),
            ("{{port}}", "{10000}"),
            ("{port", "{port"),
            ("ünï {port} ✓", "ünï 10000 ✓"),
        ];
        for (template, filled) in cases {
            assert_eq!(fill(template, &values()), filled, "{template}");
        }
    }

    proptest! {
        #[test]
        fn text_without_known_names_is_left_alone(text in "[a-o{} é]{0,40}") {
            prop_assert_eq!(fill(&text, &Values::default()), text);
        }
    }

    #[test]
    fn seconds_are_rounded_to_the_nearest() {
        assert_eq!(seconds(Elapsed::from_millis(1_499)), "1");
        assert_eq!(seconds(Elapsed::from_millis(59_999)), "60");
    }
}
