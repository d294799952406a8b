use super::{Start, start};
use crate::check::{Check, Finding, Severity, Subject, node, python};

pub(in crate::check) const CHECK: Check = Check {
    id: "workers-from-cores",
    title: "the number of workers follows the host's cores",
    severity: Severity::Warning,
    looks_at: "the start command, gunicorn's configuration file, and calls of `cpu_count` and `os.cpus` in the code that is started",
    why: "The instance sees the cores of a large host and has a share of one: each worker takes memory, and the plan's limit is soon reached.",
    needs_profile: false,
    documentation: "https://docs.gunicorn.org/en/stable/design.html#how-many-workers",
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Finding> {
    let command = start(subject).and_then(|start| of_command(&start));
    let code = node::workers(subject).into_iter().map(|place| {
        let fix = "Name a number that fits the memory: `Number(process.env.WEB_CONCURRENCY ?? 1)`.";
        CHECK.finding(place, "the code starts a process for each core of the host", fix)
    });
    let script = python::workers(subject).into_iter().map(|place| {
        let fix = "Name a number that fits the memory: `int(os.environ.get(\"WEB_CONCURRENCY\", \"2\"))`.";
        CHECK.finding(place, "the code counts the host's cores", fix)
    });
    command.into_iter().chain(code).chain(script).collect()
}

fn of_command(start: &Start) -> Option<Finding> {
    let counts = ["nproc", "getconf _NPROCESSORS_ONLN", "/proc/cpuinfo"];
    let counted = counts.into_iter().find(|word| start.line.contains(word));
    let found = match (counted, pm2(start)) {
        (Some(word), _) => format!("the start command counts the host's cores: `{word}`"),
        (None, true) => "`pm2 -i max` starts one process for each core of the host".to_owned(),
        (None, false) => return None,
    };
    Some(CHECK.finding(start.place.clone(), found, fix(start)))
}

fn pm2(start: &Start) -> bool {
    let all = |pair: &[String]| matches!(pair, [flag, count] if (flag == "-i" || flag == "--instances") && matches!(count.as_str(), "max" | "0" | "-1"));
    start.line.contains("pm2") && start.words.windows(2).any(all)
}

fn fix(start: &Start) -> String {
    match start.server().and_then(|server| server.workers.first()) {
        Some(option) => format!("Name a number that fits the memory: `{option} 2`, or leave it to `WEB_CONCURRENCY`."),
        None => "Name a number that fits the memory, or leave it to `WEB_CONCURRENCY`.".to_owned(),
    }
}
