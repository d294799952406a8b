use std::collections::BTreeSet;

use serde_json::Value;

use super::calls::Source;
use super::sources;
use super::tokens::Token;
use crate::check::{Check, Finding, Severity, Subject};

pub(in crate::check) const CHECK: Check = Check {
    id: "node-import-uncovered",
    title: "the code imports a package that package.json does not name",
    severity: Severity::Warning,
    looks_at: "`require` and `import` in JavaScript and TypeScript, and the dependencies of package.json",
    why: "The platform installs what package.json names; the app then ends with `Cannot find module`.",
    needs_profile: false,
    documentation: "https://docs.npmjs.com/cli/configuring-npm/package-json#dependencies",
    look,
};

/// Modules that come with Node: <https://nodejs.org/api/modules.html#built-in-modules>
const BUILT_IN: &[&str] = &[
    "assert",
    "async_hooks",
    "buffer",
    "child_process",
    "cluster",
    "console",
    "constants",
    "crypto",
    "dgram",
    "diagnostics_channel",
    "dns",
    "domain",
    "events",
    "fs",
    "http",
    "http2",
    "https",
    "inspector",
    "module",
    "net",
    "os",
    "path",
    "perf_hooks",
    "process",
    "punycode",
    "querystring",
    "readline",
    "repl",
    "stream",
    "string_decoder",
    "sys",
    "timers",
    "tls",
    "trace_events",
    "tty",
    "url",
    "util",
    "v8",
    "vm",
    "wasi",
    "worker_threads",
    "zlib",
];

fn look(subject: &Subject<'_>) -> Vec<Finding> {
    let Some(named) = named(subject) else { return Vec::new() };
    let mut told = BTreeSet::new();
    let mut findings = Vec::new();
    for source in &sources(subject) {
        for (line, package) in imports(source) {
            if named.contains(&package) || !told.insert(package.clone()) {
                continue;
            }
            let fix = format!("`npm install {package}`, and commit package.json and the lock file.");
            findings.push(CHECK.finding(source.place(line), format!("`{package}` is imported and not named"), fix));
        }
    }
    findings
}

/// The packages that package.json names; `None` where it cannot be read, or leaves them to workspaces.
fn named(subject: &Subject<'_>) -> Option<BTreeSet<String>> {
    let file: Value = serde_json::from_str(subject.folder.text("package.json")?).ok()?;
    if file.get("workspaces").is_some() || file.get("imports").is_some() || subject.folder.has("tsconfig.json") {
        return None;
    }
    let kinds = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];
    let names = kinds.iter().filter_map(|kind| file.get(kind)?.as_object()).flat_map(|kind| kind.keys().cloned());
    let own = file.get("name").and_then(Value::as_str).map(str::to_owned);
    Some(names.chain(own).collect())
}

/// The packages that a source imports, with their lines.
fn imports(source: &Source<'_>) -> Vec<(u32, String)> {
    let called = ["require", "import"]
        .into_iter()
        .flat_map(|word| source.calls(word).filter_map(|call| Some((call.line, call.text(0)?))).collect::<Vec<_>>());
    let stated = source.tokens.windows(2).filter_map(|pair| match pair {
        [(_, Token::Word(word)), (line, Token::Text(name))] if word == "from" || word == "import" => {
            Some((*line, name.clone()))
        }
        _ => None,
    });
    called.chain(stated).filter_map(|(line, name)| Some((line, package(&name)?))).collect()
}

/// The package of a module's name; `None` for a file and for what comes with Node.
fn package(name: &str) -> Option<String> {
    let odd = name.is_empty() || name.starts_with(['.', '/', '#', '~']) || name.contains(':') || name.starts_with("@/");
    let mut parts = name.split('/');
    let first = parts.next().filter(|first| !odd && !BUILT_IN.contains(first))?;
    if first.starts_with('@') { Some(format!("{first}/{}", parts.next()?)) } else { Some(first.to_owned()) }
}
