//! The least a plan has to say, for tests of this room and of those above it.

/// A plan of an invented platform. The rest is the base's.
pub(crate) const PLAN: &str = r#"
source = "test"
[sources.test]
url = "https://example.com"
date = "2026-01"
confidence = "guess"
[plan]
platform = "Example"
name = "Free"
summary = "a plan for tests"
documentation = "https://example.com"
checked = "2026-01-01"
price.monthly = "$0"
[memory]
limit = "512 MiB"
[cpu]
share = "0.5 CPU"
"#;
