//! The front page, for people and for programs. Both say the same: the page is filled from the words
//! that the JSON carries.

use std::collections::BTreeMap;

use http::StatusCode;
use serde::Serialize;

use super::answer::{Answer, typed};
use super::app::App;
use super::body::whole;
use super::health::Mood;
use super::sight::Sight;

const PAGE: &str = include_str!("page.html");

/// What the front page tells.
#[derive(Debug, Serialize)]
pub(super) struct State {
    app: &'static str,
    age_ms: u64,
    visits: u64,
    requests: u64,
    held_bytes: u64,
    leak_bytes_per_second: u64,
    health: Mood,
    earlier_lives: u64,
    environment: Vec<String>,
    sees: Sight,
    words: BTreeMap<&'static str, String>,
}

/// The state of this moment.
pub(super) fn state(app: &App) -> State {
    let mut state = State {
        app: "mimic",
        age_ms: app.age().millis(),
        visits: app.visits(),
        requests: app.requests(),
        held_bytes: app.held.size().bytes(),
        leak_bytes_per_second: app.leak.borrow().bytes(),
        health: app.mood(),
        earlier_lives: app.earlier_lives,
        environment: app.environment.clone(),
        sees: Sight::look(app),
        words: BTreeMap::new(),
    };
    state.words = words(&state, app);
    state
}

/// The page for people, whole: it asks for nothing else.
pub(super) fn page(app: &App) -> Answer {
    let html = fill(&state(app).words);
    typed(StatusCode::OK, "text/html; charset=utf-8", whole(html))
}

/// What is shown, as it is shown. The keys are the places in the page.
fn words(state: &State, app: &App) -> BTreeMap<&'static str, String> {
    let sees = &state.sees;
    let roof = sees.memory_limit_bytes.unwrap_or(sees.machine_memory_bytes).max(1);
    BTreeMap::from([
        ("age", app.age().human()),
        ("visits", state.visits.to_string()),
        ("requests", state.requests.to_string()),
        ("held", mebibytes(state.held_bytes)),
        ("resident", mebibytes(sees.resident_bytes)),
        ("limit", sees.memory_limit_bytes.map_or_else(|| "none".to_owned(), mebibytes)),
        ("share", (sees.resident_bytes * 100 / roof).min(100).to_string()),
        ("machine", mebibytes(sees.machine_memory_bytes)),
        ("cores", cores(sees)),
        ("hostname", sees.hostname.clone()),
        ("user", sees.user.clone()),
        ("folder", sees.folder.clone()),
        ("process", sees.process.to_string()),
        ("disk", mebibytes(sees.disk_free_bytes)),
        ("shm", mebibytes(sees.shm_bytes)),
        ("processes", sees.processes_limit.map_or_else(|| "no limit".to_owned(), |limit| limit.to_string())),
        ("files", sees.open_files_limit.map_or_else(|| "no limit".to_owned(), |limit| limit.to_string())),
        ("health", state.health.to_string()),
        ("leak", leak(state.leak_bytes_per_second)),
        ("lives", lives(state.earlier_lives)),
        ("environment", state.environment.join(", ")),
    ])
}

fn mebibytes(bytes: u64) -> String {
    let tenths = bytes * 10 / (1 << 20);
    if tenths < 100 { format!("{}.{} MiB", tenths / 10, tenths % 10) } else { format!("{} MiB", tenths / 10) }
}

fn cores(sees: &Sight) -> String {
    match sees.cpu_limit_millicores {
        Some(limit) => format!("{}.{} of {}", limit / 1000, limit % 1000 / 100, sees.cores_allowed),
        None => sees.cores_allowed.to_string(),
    }
}

fn leak(rate: u64) -> String {
    if rate == 0 { "nothing".to_owned() } else { format!("{} each second", mebibytes(rate)) }
}

fn lives(earlier: u64) -> String {
    match earlier {
        0 => "nothing from before".to_owned(),
        1 => "one earlier life".to_owned(),
        many => format!("{many} earlier lives"),
    }
}

/// Puts the words into their places.
fn fill(words: &BTreeMap<&'static str, String>) -> String {
    let mut html = String::with_capacity(PAGE.len() * 2);
    let mut parts = PAGE.split("{{");
    html.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (key, rest) = part.split_once("}}").unwrap_or(("", part));
        html.push_str(&escape(words.get(key).map_or("", String::as_str)));
        html.push_str(rest);
    }
    html
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_asks_nobody_else_for_anything() {
        for outside in ["http://", "https://", "//cdn", "@import", "url(", "src="] {
            assert!(!PAGE.contains(outside), "the page names `{outside}`");
        }
        let links: Vec<_> = PAGE.match_indices("<link").collect();
        assert_eq!(links.len(), 1, "one link, the icon, which is inside the page");
        assert!(PAGE.contains(r#"<link rel="icon" href="data:"#));
    }

    #[test]
    fn every_place_in_the_page_has_its_word() {
        let app = App::new(&super::super::Knobs::default(), &super::super::tests::surroundings());
        let words = state(&app).words;
        let places = PAGE.split("{{").skip(1).map(|part| part.split("}}").next().unwrap());
        let homeless: Vec<_> = places.filter(|place| !words.contains_key(place)).collect();
        assert!(homeless.is_empty(), "{homeless:?}");
    }

    #[test]
    fn words_cannot_break_out_of_the_page() {
        let html = fill(&BTreeMap::from([("hostname", "<script>&\"".to_owned())]));
        assert!(html.contains("&lt;script&gt;&amp;&quot;"));
    }

    #[test]
    fn small_sizes_keep_a_decimal_and_large_ones_do_not() {
        assert_eq!(mebibytes(5_505_024), "5.2 MiB");
        assert_eq!(mebibytes(536_870_912), "512 MiB");
    }
}
