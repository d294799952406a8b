//! Do the values make sense together, and has every number a source?

mod price;

use std::collections::BTreeMap;

use super::key::{self, nearest};
use super::kind::Value;
use super::problem::Problem;
use super::settings::{Held, Settings};
use super::vocabulary;
use super::{AtLimit, Cause, HealthCheck, Layer, Profile, Source, WakeAnswer};

/// Numbers that no source backs, and sources that do not exist. Flags and the user's own files need
/// none: there the user is the source.
pub(super) fn unsourced(settings: &Settings, sources: &BTreeMap<String, Source>) -> Vec<Problem> {
    let ours = settings.iter().filter(|(_, held)| held.origin.layer <= Layer::Plan);
    ours.filter_map(|(key, held)| source_problem(key, held, sources)).collect()
}

fn source_problem(key: &str, held: &Held, sources: &BTreeMap<String, Source>) -> Option<Problem> {
    let (found, expected, hint) = match &held.origin.source {
        Some(name) if sources.contains_key(name) => return None,
        Some(name) => {
            let meant = nearest(name, sources.keys().map(String::as_str));
            let hint = meant.map(|meant| format!("did you mean `{meant}`?"));
            (format!("the source `{name}`, which does not exist"), "the name of a table `[sources.NAME]`", hint)
        }
        None if !needs_source(key, &held.value) => return None,
        None => {
            let hint = "write `source = \"NAME\"` in its table, or `{ value = …, source = \"NAME\" }`";
            (format!("`{}` without a source", held.value), "a source for every number", Some(hint.into()))
        }
    };
    Some(problem_at(held, key, found, expected, hint))
}

fn needs_source(key: &str, value: &Value) -> bool {
    let number =
        key::split(key).and_then(|path| vocabulary::find(&path)).is_some_and(|setting| setting.kind.is_number());
    number && *value != Value::Nothing && *value != Value::List(Vec::new())
}

/// Settings that no file sets.
pub(super) fn missing(file: &str, settings: &Settings) -> Vec<Problem> {
    let plain = vocabulary::all().filter(|setting| !setting.is_pattern()).map(|setting| setting.key.to_owned());
    let causes =
        Cause::ALL.iter().flat_map(|cause| ["status", "body"].map(|what| format!("answers.{}.{what}", cause.name())));
    let stand_ins = settings
        .names("wake.stand_ins")
        .into_iter()
        .flat_map(|path| ["status", "content_type", "body"].map(|what| key::join(&["wake", "stand_ins", &path, what])));
    let wanted = plain.chain(causes).chain(stand_ins);
    wanted.filter(|key| !settings.holds(key)).map(|key| absent(file, &key)).collect()
}

/// One setting that no file sets.
pub(super) fn absent(file: &str, key: &str) -> Problem {
    let path = key::split(key).unwrap_or_default();
    Problem {
        file: file.to_owned(),
        line: None,
        key: key.to_owned(),
        found: "nothing, here or in the files it inherits from".into(),
        expected: vocabulary::find(&path).map_or_else(|| "a value".into(), vocabulary::Setting::expected),
        hint: None,
    }
}

/// Values that cannot be true together.
pub(super) fn contradictions(file: &str, profile: &Profile) -> Vec<Problem> {
    let mut check = Check { file, settings: &profile.settings, problems: Vec::new() };
    price::check(&mut check, profile);
    check.memory(profile);
    check.cpu(profile);
    check.times(profile);
    check.health(profile);
    check.visitors(profile);
    for cause in Cause::ALL {
        check.likeness(*cause);
    }
    check.problems
}

struct Check<'p> {
    file: &'p str,
    settings: &'p Settings,
    problems: Vec<Problem>,
}

impl Check<'_> {
    fn memory(&mut self, profile: &Profile) {
        let memory = &profile.memory;
        self.require(memory.limit.bytes() > 0, "memory.limit", "more than nothing");
        self.require(
            memory.kill_at >= memory.limit,
            "memory.kill_at",
            &format!("at least `memory.limit`, {}", memory.limit),
        );
        let zone = memory.at_limit == AtLimit::SlowThenKill;
        if zone {
            self.require(
                memory.kill_at > memory.limit,
                "memory.kill_at",
                "more than `memory.limit`: `memory.at_limit` is `slow-then-kill`",
            );
            let zone = memory.kill_at.bytes().saturating_sub(memory.limit.bytes());
            self.require(
                memory.swap.bytes() <= zone,
                "memory.swap",
                "at most what lies between `memory.limit` and `memory.kill_at`",
            );
            self.require(
                memory.slow_check.micros() > 0,
                "memory.slow_check",
                "more than `0 s`: `memory.at_limit` is `slow-then-kill`",
            );
        } else {
            self.require(
                memory.kill_at == memory.limit,
                "memory.kill_at",
                "`\"none\"`: only `slow-then-kill` kills above the limit",
            );
        }
    }

    fn cpu(&mut self, profile: &Profile) {
        let cpu = &profile.cpu;
        self.require(cpu.share.get() > 0, "cpu.share", "more than nothing");
        self.require(
            (1_000..=1_000_000).contains(&cpu.period.micros()),
            "cpu.period",
            "between `1 ms` and `1 s`, as the kernel has it",
        );
        if let Some(burst) = &cpu.burst {
            self.require(burst.share > cpu.share, "cpu.burst.share", &format!("more than `cpu.share`, {}", cpu.share));
            self.require(burst.cap >= burst.start, "cpu.burst.cap", "at least `cpu.burst.start`");
        }
    }

    fn times(&mut self, profile: &Profile) {
        let (start, restart) = (&profile.start, &profile.restart);
        self.require(
            start.delay_low <= start.delay,
            "start.delay_low",
            &format!("at most `start.delay`, {}", start.delay),
        );
        self.require(
            start.delay <= start.delay_high,
            "start.delay_high",
            &format!("at least `start.delay`, {}", start.delay),
        );
        self.require(
            restart.delay <= restart.delay_max,
            "restart.delay_max",
            &format!("at least `restart.delay`, {}", restart.delay),
        );
        self.require(profile.boot.limit.micros() > 0, "boot.limit", "more than `0 s`");
        let positive = restart.scheduled.is_none_or(|every| every.micros() > 0);
        self.require(positive, "restart.scheduled", "more than `0 s`");
        if let Some(sleep) = &profile.sleep {
            self.require(sleep.after.micros() > 0, "sleep.after", "more than `0 s`");
            self.require(!sleep.counts.is_empty(), "sleep.counts", "at least one signal: the plan sleeps");
        }
    }

    fn health(&mut self, profile: &Profile) {
        let health = &profile.health;
        self.require(health.status_low <= health.status_high, "health.status_high", "at least `health.status_low`");
        if let HealthCheck::Http(path) = &health.check {
            self.require(path.starts_with('/'), "health.path", "a path that begins with `/`");
        }
        self.path_in_vain(&health.check);
        if health.check != HealthCheck::None {
            self.require(health.interval.micros() > 0, "health.interval", "more than `0 s`");
            self.require(health.timeout.micros() > 0, "health.timeout", "more than `0 s`");
        }
        if let (Some(unroute), Some(restart)) = (health.unroute_after, health.restart_after) {
            self.require(
                unroute <= restart,
                "health.unroute_after",
                &format!("at most `health.restart_after`, {restart}"),
            );
        }
    }

    /// A path that is said over a check that asks for none: whoever says it wants it asked for.
    fn path_in_vain(&mut self, check: &HealthCheck) {
        let [path, kind] = ["health.path", "health.kind"].map(|key| self.settings.get(key));
        let (Some(path), Some(kind), false) = (path, kind, matches!(check, HealthCheck::Http(_))) else { return };
        if path.value != Value::Nothing && path.origin.layer > kind.origin.layer {
            let found = "a path that is never asked for".to_owned();
            let expected = format!("nothing: `health.kind` is `{}`", kind.value);
            let hint = Some("set `health.kind` to `\"http\"` as well".to_owned());
            self.problems.push(problem_at(path, "health.path", found, &expected, hint));
        }
    }

    fn visitors(&mut self, profile: &Profile) {
        let wake = &profile.wake;
        let holds = [wake.browser, wake.client, wake.websocket].contains(&WakeAnswer::Held);
        self.require(!holds || wake.held_max > 0, "wake.held_max", "at least 1: some clients are `held`");
        for path in wake.stand_ins.keys() {
            let key = key::join(&["wake", "stand_ins", path, "status"]);
            self.require(path.starts_with('/'), &key, "a path that begins with `/`");
        }
    }

    /// An answer that is like another one: that one speaks for itself, and nothing more particular
    /// than the likeness is said in vain.
    fn likeness(&mut self, cause: Cause) {
        let name = cause.name();
        let Some(like) = self.settings.get(&format!("answers.{name}.like")) else { return };
        if like.value == Value::Nothing {
            return;
        }
        let other = self.settings.get(&format!("answers.{}.like", like.value));
        let chained = other.is_some_and(|other| other.value != Value::Nothing) || like.value.to_string() == name;
        let key = format!("answers.{name}.like");
        self.require(!chained, &key, "a cause that is not itself like another one");
        let prefix = format!("answers.{name}.");
        let own = self.settings.raw().filter(|(own, _)| own.starts_with(&prefix) && *own != key);
        let vain: Vec<_> = own.filter(|(_, held)| held.origin.layer > like.origin.layer).collect();
        let vain = vain.into_iter().map(|(own, held)| {
            let hint = Some(format!("set `{key}` to `\"none\"` first"));
            problem_at(
                held,
                own,
                "a value that is never used".into(),
                &format!("nothing: the answer is like `{}`", like.value),
                hint,
            )
        });
        self.problems.extend(vain);
    }

    /// The value of a setting; `None` where it has none or is `"none"`.
    fn said(&self, key: &str) -> Option<&Value> {
        self.settings.get(key).map(|held| &held.value).filter(|value| **value != Value::Nothing)
    }

    fn require(&mut self, holds: bool, key: &str, expected: &str) {
        if holds {
            return;
        }
        let problem = match self.settings.get(key) {
            Some(held) => problem_at(held, key, format!("`{}`", held.value), expected, None),
            None => absent(self.file, key),
        };
        self.problems.push(problem);
    }
}

fn problem_at(held: &Held, key: &str, found: String, expected: &str, hint: Option<String>) -> Problem {
    Problem {
        file: held.origin.place.clone(),
        line: held.origin.line,
        key: key.to_owned(),
        found,
        expected: expected.to_owned(),
        hint,
    }
}
