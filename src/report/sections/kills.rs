use super::resources::need;
use crate::report::table::Section;
use crate::report::{Kill, Meanwhile, Summary, Victim, words};

/// How many kills are told in full.
const STORIES: usize = 5;

/// Every kill with its story.
pub(super) fn kills(summary: &Summary) -> Section {
    let kills = &summary.kills;
    if kills.is_empty() {
        return Section::new("Kills: none");
    }
    let section = Section::new(format!("Kills ({})", kills.len())).lines(kills.iter().take(STORIES).flat_map(story));
    let more = kills.len().saturating_sub(STORIES);
    section.lines((more > 0).then(|| format!("and {more} more; `--json` has them all")))
}

/// A kill in a few sentences, the first one its heading.
fn story(kill: &Kill) -> Vec<String> {
    let mut lines = vec![format!("at {}: {}", kill.at.human(), what(kill)), format!("  {}", cause(kill))];
    if kill.in_flight > 0 {
        let open = words::count(kill.in_flight, "request was", "requests were");
        lines.push(format!("  {open} open, {} of them without a proper answer{}", kill.broken, first(kill)));
    }
    lines.push(format!("  {}", aftermath(kill)));
    if !kill.meanwhile.is_empty() {
        lines.push(format!("  visitors meanwhile: {}", seen(&kill.meanwhile)));
    }
    lines
}

/// `: the first POST /upload`.
fn first(kill: &Kill) -> String {
    let first = kill.broken_requests.first();
    first.map(|request| format!(": the first `{} {}`", request.method, request.path)).unwrap_or_default()
}

fn what(kill: &Kill) -> String {
    match kill.victim {
        Victim::Main => format!("out of memory, the main process of instance {}", kill.instance),
        Victim::Child => format!("out of memory, a child process in instance {}; the instance lives on", kill.instance),
        Victim::Outside => {
            format!("instance {} was killed from outside: this says nothing about the plan", kill.instance)
        }
    }
}

fn cause(kill: &Kill) -> String {
    let need = need(kill.need, kill.kill_at);
    let witnesses: Vec<&str> = [
        (kill.engine_says_oom, "the engine"),
        (kill.kernel_oom_kills.is_some_and(|kills| kills > 0), "the kernel's counter"),
    ]
    .into_iter()
    .filter_map(|(says, who)| says.then_some(who))
    .collect();
    match (kill.victim, witnesses.as_slice()) {
        (Victim::Child, _) | (Victim::Main, []) => need,
        (Victim::Outside, _) => format!("{need}; neither the engine nor the kernel tells of a want of memory"),
        (Victim::Main, witnesses) => format!("{need}; witnessed by {}", witnesses.join(" and ")),
    }
}

fn aftermath(kill: &Kill) -> String {
    let then = kill.then.map(|state| format!("then {}; ", words::state(state))).unwrap_or_default();
    match kill.unavailable {
        Some(time) if time.micros() == 0 => "visitors were let in all the time".to_owned(),
        Some(time) => format!("{then}visitors were let in again after {}", time.human()),
        None => format!("{then}visitors were not let in again"),
    }
}

fn seen(meanwhile: &Meanwhile) -> String {
    let mut seen: Vec<String> =
        meanwhile.platform.iter().map(|(cause, number)| format!("{number} {}", words::cause(*cause))).collect();
    for (number, what) in [(meanwhile.held, "held and then answered"), (meanwhile.others, "otherwise")] {
        if number > 0 {
            seen.push(format!("{number} {what}"));
        }
    }
    seen.join(", ")
}

/// What an app said that never served.
pub(super) fn last_words(summary: &Summary) -> Option<Section> {
    if summary.served() || summary.last_words.is_empty() {
        return None;
    }
    let lines = summary.last_words.iter().map(|line| format!("| {line}"));
    Some(Section::new("The app never served. Its last words").lines(lines))
}
