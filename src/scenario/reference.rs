//! The reference pages of our files, as Markdown. Made from the keys.

use super::budget::BUDGET;
use super::key::Key;
use super::keys::{
    EXPECT_KEYS, LINE_KEYS, PHASE_KEYS, REQUEST, SCENARIO, STEP_KEYS, TAB_KEYS, UPLOAD_KEYS, USER_KEYS, WEIGHTED,
};
use super::metrics::METRICS;
use super::project::PROJECT;

/// A table of a file: its heading, what it is about, and its keys.
type Section = (&'static str, &'static str, &'static [&'static [Key]]);

const SCENARIO_SECTIONS: &[Section] = &[
    ("The scenario", "What stands before the first `[[phase]]`.", &[SCENARIO]),
    (
        "`[[phase]]`",
        "One part of the scenario. It says exactly one of `rate`, `users`, `times`, `rest` and `step`. \
         A phase that sends without naming a request asks for `/`.",
        &[PHASE_KEYS],
    ),
    (
        "A request",
        "In the table of its phase, or, where a phase has several, each in a `[[phase.request]]` of its own. \
         It has at most one of `body`, `json`, `form`, `file` and `upload`; only `form` may stand beside `upload`. \
         A `content-type` follows from the body; one in the request's own `headers` goes before it.",
        &[REQUEST, WEIGHTED],
    ),
    (
        "`[[phase.step]]`",
        "One thing that a user does. It takes the keys of a request too; with `page`, only `headers`, `form`, `upload` \
         and `expect` of them. Redirects are followed, and `expect` is about what they led to, unless it asks for a \
         status from 300 to 399. Steps that did not come out as expected are told, and the run ends with exit code 1.",
        &[STEP_KEYS],
    ),
    (
        "`[[phase.step]]` of a Streamlit user",
        "What somebody of the kind `streamlit` does, in a tab of their own. A step does one of `open`, `go` and `away`, \
         or touches what is on the page: `set`, then `upload` (its `field` is the uploader's label), then `click`; with \
         none of them the script is run again. It is over when the script has ended, and `expect` is about the page \
         as it is then: `holds` and `lacks` look at its texts and labels.",
        &[TAB_KEYS],
    ),
    (
        "`[[phase.step]]` of a WebSocket or a Gradio user",
        "A WebSocket user does one of `open`, `send` and `away` in a step, or nothing, and then waits for a message that \
         holds what `expect` says: of those that come from the beginning of the step on. A Gradio user does `open` or \
         `call`; the step is over when the function has ended, and `expect` looks at what it gave, as JSON.",
        &[LINE_KEYS],
    ),
    ("`[[user]]`", "Somebody who goes through steps.", &[USER_KEYS]),
    ("`upload`", "A file as a browser sends it from a form.", &[UPLOAD_KEYS]),
    ("`expect`", "What an answer must be to count as answered.", &[EXPECT_KEYS]),
];

const PROJECT_SECTIONS: &[Section] = &[
    ("The project", "Everything may be left out; a flag goes before what stands here.", &[PROJECT]),
    (
        "`[budget]`",
        "What the app must not exceed. `--budget KEY=VALUE` sets one bound, `--budget KEY=none` takes it away. \
         A bound on something that was not measured, or too seldom, is never kept.",
        &[BUDGET],
    ),
    (
        "`[metrics]`",
        "Where the app tells of itself. It is asked at its own address, past the front door, while it serves: the \
         question is no visit and wakes nothing. How users are counted: [users](../guides/users.md).",
        &[METRICS],
    ),
];

/// The page about scenario files.
pub fn scenario_reference() -> String {
    page(
        "Scenario files",
        "How a scenario is written: [load](../guides/load.md). \
         Unknown keys are refused; all mistakes of a file are told together, each with its line.",
        SCENARIO_SECTIONS,
    )
}

/// The page about `emu.toml`.
pub fn project_reference() -> String {
    page(
        "The project's file, `emu.toml`",
        "`emu compare` without arguments reads it from the current folder, or from the nearest folder above, \
         up to the one that holds `.git`. Paths in it are seen from its own folder. \
         How it is used: [continuous integration](../guides/ci.md).",
        PROJECT_SECTIONS,
    )
}

fn page(title: &str, about: &str, sections: &[Section]) -> String {
    let head = format!(
        "# {title}\n\nGenerated from the keys; a test keeps it current (`EMU_BLESS=1 cargo test` rewrites it). {about}\n"
    );
    head + &sections.iter().map(section).collect::<String>()
}

fn section((title, about, keys): &Section) -> String {
    let rows = keys.iter().flat_map(|keys| keys.iter()).map(row);
    format!(
        "\n## {title}\n\n{about}\n\n| key | value | meaning | without it |\n|---|---|---|---|\n{}",
        rows.collect::<String>()
    )
}

fn row(key: &Key) -> String {
    let without = if key.without.is_empty() { "–" } else { key.without };
    format!("| `{}` | {} | {} | {} |\n", key.name, key.value.replace('|', "\\|"), key.doc, without)
}
