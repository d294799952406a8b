//! The short form of a scenario, as typed behind `--load`: `20/s for 2m /search then rest for 30s`.

use super::defaults::{LONGEST, MOST_STRANGERS, MOST_TIMES, MOST_USERS, name, requests_due};
use super::stay::stay;
use super::target::{self, is_path};
use super::think::ends;
use super::values::{Call, Coming, Deed, Gradio, Line, Model, Phase, Rate, Scenario, Think};
use crate::units::{Elapsed, UnitError};

/// One example of each form.
pub const FORMS: &[&str] = &[
    "20/s for 2m",
    "5/s to 50/s for 1m",
    "10 users for 1m",
    "3 users thinking 1s to 3s for 2m",
    "20 streamlit users thinking 2s for 2m",
    "0 to 50 users over 5m",
    "5 users/min staying 2m for 10m",
    "20 websocket users for 1m",
    "20 gradio users for 1m",
    "1 call",
    "rest for 30s",
];

/// Why a text is no short form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{part}` is no load: found {found}, expected {expected}")]
pub struct ShortError {
    /// The phase it stands in, as typed.
    pub part: String,
    /// What stands there.
    pub found: String,
    /// What would have been right.
    pub expected: String,
}

impl ShortError {
    /// The forms that are understood.
    pub fn hint(&self) -> String {
        let forms: Vec<String> = FORMS.iter().map(|form| format!("`{form}`")).collect();
        format!(
            "a load is {}, each with a path behind it or not (`20/s for 2m /search?q=tea`), \
             several between `;` or `then`, or the path of a scenario file",
            forms.join(", ")
        )
    }
}

impl Scenario {
    /// Reads the short form.
    ///
    /// # Errors
    /// The first phase that cannot be read.
    pub fn short(text: &str) -> Result<Self, ShortError> {
        let mut phases = Vec::new();
        let mut names = Vec::new();
        for part in parts(text) {
            let phase = phase(&part, &names).map_err(|(found, expected)| ShortError { part, found, expected })?;
            names.push(phase.name.clone());
            phases.push(phase);
        }
        Ok(Self::of(text.trim(), phases))
    }
}

/// Whether a text that is no short form is meant as the path of a file: it ends as one, or has a
/// slash and does not begin like a rate.
pub fn names_a_file(text: &str) -> bool {
    let ending = text.len() > 5 && text.get(text.len() - 5..).is_some_and(|end| end.eq_ignore_ascii_case(".toml"));
    let rate = text.starts_with(|c: char| c.is_ascii_digit()) || text.contains(char::is_whitespace);
    ending || text.contains(['/', '\\']) && !rate
}

/// What was found, and what was expected.
type Mismatch = (String, String);

/// The phases of a text: what stands between `;` and the word `then`. At least one, maybe empty.
fn parts(text: &str) -> Vec<String> {
    let mut parts = vec![Vec::new()];
    for between in text.split_inclusive(';') {
        let (words, ends_here) = between.strip_suffix(';').map_or((between, false), |words| (words, true));
        for word in words.split_whitespace() {
            if word == "then" {
                parts.push(Vec::new());
            } else if let Some(last) = parts.last_mut() {
                last.push(word);
            }
        }
        if ends_here {
            parts.push(Vec::new());
        }
    }
    parts.into_iter().map(|words| words.join(" ")).collect()
}

/// One phase, cut into what its words introduce.
struct Clauses<'t> {
    /// What stands before the first of them: `20/s`, `3 users`, `rest`.
    head: &'t str,
    thinking: Option<&'t str>,
    over: Option<&'t str>,
    staying: Option<&'t str>,
    lasts: Option<&'t str>,
    path: Option<&'t str>,
}

fn phase(part: &str, taken: &[String]) -> Result<Phase, Mismatch> {
    let clauses = clauses(part)?;
    let model = model(&clauses)?;
    if !matches!(model, Model::Closed { .. } | Model::Sessions { .. }) {
        if clauses.thinking.is_some() {
            return Err((
                "`thinking`".into(),
                "it behind a number of users: `3 users thinking 1s to 3s for 2m`".into(),
            ));
        }
        if clauses.staying.is_some() {
            return Err((
                "`staying`".into(),
                "it behind users who come by the clock: `5 users/min staying 2m for 10m`".into(),
            ));
        }
        if clauses.over.is_some() {
            return Err(("`over`".into(), "it behind a number of users: `0 to 50 users over 5m`".into()));
        }
    }
    let (model, steps) = match who(clauses.head) {
        Some(_) if clauses.thinking.is_some() => {
            let expected = "none, or a file: users who do something have steps, and these come and stay";
            return Err(("`thinking`".into(), expected.into()));
        }
        Some(deed) => stay(model, deed),
        None => (model, Vec::new()),
    };
    Ok(Phase { name: name(&model, taken), calls: calls(&model, clauses.path)?, steps, model })
}

fn clauses(part: &str) -> Result<Clauses<'_>, Mismatch> {
    let (words, path) = match part.rsplit_once(' ') {
        Some((words, path)) if path.starts_with('/') => (words, Some(path)),
        _ => (part, None),
    };
    let mut clauses = Clauses { head: words, thinking: None, over: None, staying: None, lasts: None, path };
    // From the back: each cut leaves the words before it.
    while let Some((at, word)) = last_keyword(clauses.head) {
        let (before, said) = (clauses.head[..at].trim_end(), clauses.head[at + word.len()..].trim_start());
        let clause = match word {
            "for" => &mut clauses.lasts,
            "over" => &mut clauses.over,
            "staying" => &mut clauses.staying,
            _ => &mut clauses.thinking,
        };
        if clause.replace(said).is_some() {
            return Err((format!("`{word}` twice"), "it once".into()));
        }
        clauses.head = before;
    }
    Ok(clauses)
}

/// The last `for`, `over`, `staying` or `thinking` that is a word, and where it begins.
fn last_keyword(words: &str) -> Option<(usize, &'static str)> {
    let mut end = words.len();
    for word in words.rsplit(' ') {
        let at = end - word.len();
        if let Some(keyword) = ["for", "over", "staying", "thinking"].into_iter().find(|keyword| *keyword == word) {
            return Some((at, keyword));
        }
        end = at.saturating_sub(1);
    }
    None
}

fn model(clauses: &Clauses<'_>) -> Result<Model, Mismatch> {
    let head = clauses.head;
    let (number, noun) = head.rsplit_once(' ').unwrap_or(("", head));
    match noun {
        "rest" if number.is_empty() => Ok(Model::Rest { lasts: lasts(clauses)? }),
        "call" | "calls" if clauses.lasts.is_none() => Ok(Model::Each { times: count(number, MOST_TIMES, "calls")? }),
        "call" | "calls" => {
            Err(("`for` behind a number of calls".into(), "none: they end with the last answer".into()))
        }
        "user" | "users" => users(clauses, number),
        _ if noun.starts_with("users/") || noun.starts_with("user/") => strangers(clauses, number),
        _ if head.contains('/') => {
            let ((from, to), lasts) = (rates(head).map_err(mismatch)?, lasts(clauses)?);
            match requests_due(from, to, lasts) {
                0 => Err((format!("less than one request in {lasts}"), "a higher rate, or a longer phase".into())),
                _ => Ok(Model::Open { from, to, lasts }),
            }
        }
        _ if head.is_empty() => Err(("nothing".into(), "a load such as `20/s for 2m`".into())),
        _ => Err((format!("`{head}`"), "a rate such as `20/s`, `10 users`, `1 call` or `rest`".into())),
    }
}

/// What those do who come and stay: `20 websocket users`, `20 gradio users`.
fn who(head: &str) -> Option<Deed> {
    match head.split(' ').rev().nth(1) {
        Some("websocket") => Some(Deed::Line(Line::Say(None))),
        Some("gradio") => Some(Deed::Gradio(Gradio::Stay)),
        _ => None,
    }
}

/// `20`, `20 streamlit`, or `0 to 20` where they come over some time.
fn users(clauses: &Clauses<'_>, number: &str) -> Result<Model, Mismatch> {
    if clauses.staying.is_some() {
        return Err((
            "`staying`".into(),
            "it behind users who come by the clock: `5 users/min staying 2m for 10m`".into(),
        ));
    }
    let (number, sessions) = without_kind(number);
    let number = number.strip_prefix("from ").unwrap_or(number);
    let (from, to) = ends(number).map_or((None, number), |(from, to)| (Some(from), to));
    let users = count(to, MOST_USERS, "users")?;
    let from = match from {
        None | Some("0") => 0,
        Some(from) => count(from, MOST_USERS, "users")?,
    };
    let (over, lasts) = match (clauses.over, clauses.lasts) {
        (None, _) if to != number => {
            return Err((format!("`{number}`"), "how long that takes: `0 to 50 users over 5m`".into()));
        }
        (None, _) => (Elapsed::ZERO, lasts(clauses)?),
        (Some(over), None) => (time(over)?, time(over)?),
        (Some(over), Some(_)) => (time(over)?, lasts(clauses)?),
    };
    if over > lasts {
        return Err((format!("`over {over}`"), format!("at most what stands behind `for`, {lasts}")));
    }
    let coming = if over == Elapsed::ZERO { Coming::together(users) } else { Coming::Number { from, users, over } };
    closed(clauses, sessions, coming, lasts)
}

/// `5 users/min staying 2m`, `1 to 5 streamlit users/min staying 1m to 4m`.
fn strangers(clauses: &Clauses<'_>, number: &str) -> Result<Model, Mismatch> {
    if clauses.over.is_some() {
        return Err(("`over`".into(), "two rates: `1 to 5 users/min staying 2m for 10m`".into()));
    }
    let (number, sessions) = without_kind(number);
    let unit = clauses.head.rsplit_once('/').map_or("", |(_, unit)| unit);
    let (from, to) = ends(number).unwrap_or((number, number));
    let rate = |number: &str| format!("{number}/{unit}").parse().map_err(mismatch);
    let (from, to, lasts): (Rate, Rate, Elapsed) = (rate(from)?, rate(to)?, lasts(clauses)?);
    let stay = match clauses.staying {
        Some(text) => think(text)?,
        None => return Err(("no length of a stay".into(), format!("one: `{} staying 2m`", clauses.head))),
    };
    if stay.longest_said() == Elapsed::ZERO {
        return Err(("`staying 0 s`".into(), "more than 0 s".into()));
    }
    match requests_due(from, to, lasts) {
        0 => Err((format!("less than one user in {lasts}"), "a higher rate, or a longer phase".into())),
        due if due > MOST_STRANGERS => Err((format!("{due} users"), format!("at most {MOST_STRANGERS} in all"))),
        _ => closed(clauses, sessions, Coming::Strangers { from, to, stay }, lasts),
    }
}

/// A number without the kind of users behind it, and whether those have sessions.
fn without_kind(number: &str) -> (&str, Sessions) {
    let without = [" streamlit", " websocket", " gradio"].into_iter().find_map(|kind| number.strip_suffix(kind));
    without.map_or((number, Sessions::None), |number| (number, Sessions::Own))
}

/// Whether users have a session each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sessions {
    None,
    Own,
}

fn closed(clauses: &Clauses<'_>, sessions: Sessions, coming: Coming, lasts: Elapsed) -> Result<Model, Mismatch> {
    let think = clauses.thinking.map(think).transpose()?.unwrap_or(Think::NONE);
    Ok(match sessions {
        Sessions::Own => Model::Sessions { coming, think, lasts },
        Sessions::None => Model::Closed { coming, think, lasts },
    })
}

/// `20/s`, or `5/s to 50/s`.
pub(super) fn rates(text: &str) -> Result<(Rate, Rate), UnitError> {
    let (from, to) = ends(text).unwrap_or((text, text));
    Ok((from.parse()?, to.parse()?))
}

fn think(text: &str) -> Result<Think, Mismatch> {
    let think: Think = text.parse().map_err(mismatch)?;
    if think.longest_said() <= LONGEST { Ok(think) } else { Err((format!("`{text}`"), format!("at most {LONGEST}"))) }
}

fn count(text: &str, most: u32, what: &str) -> Result<u32, Mismatch> {
    let number = text.replace('_', "").parse().ok().filter(|number| (1..=most).contains(number));
    number.ok_or_else(|| (format!("`{text}`"), format!("a number of {what} from 1 to {most}")))
}

fn lasts(clauses: &Clauses<'_>) -> Result<Elapsed, Mismatch> {
    let Some(text) = clauses.lasts else {
        return Err(("no duration".into(), format!("one, as in `{} for 2m`", clauses.head)));
    };
    time(text)
}

fn time(text: &str) -> Result<Elapsed, Mismatch> {
    let lasts: Elapsed = text.parse().map_err(mismatch)?;
    let in_bounds = lasts > Elapsed::ZERO && lasts <= LONGEST;
    if in_bounds { Ok(lasts) } else { Err((format!("`{text}`"), format!("more than 0 s and at most {LONGEST}"))) }
}

fn calls(model: &Model, path: Option<&str>) -> Result<Vec<Call>, Mismatch> {
    match (model, path) {
        (Model::Rest { .. }, None) => Ok(Vec::new()),
        (Model::Rest { .. }, Some(path)) => Err((format!("`{path}`"), "no path: nothing is sent".into())),
        (_, Some(path)) if !is_path(path) => Err((format!("`{path}`"), target::PATH.into())),
        (_, path) => Ok(vec![Call::get(path.unwrap_or("/"))]),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is handed to `map_err`")]
fn mismatch(error: UnitError) -> Mismatch {
    (format!("`{}`", error.found), error.expected.to_owned())
}
