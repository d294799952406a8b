use super::source::{Source, Value};
use super::sources;
use crate::check::{Check, Finding, Severity, Subject};
use crate::project::{Framework, Recipe};

pub(in crate::check) const CHECK: Check = Check {
    id: "health-path",
    title: "the health check asks a path that the code does not have",
    severity: Severity::Error,
    looks_at: "the health path of the platform's file, and the routes of FastAPI and Flask",
    why: "The answer is 404, so the platform takes the app for dead and does not let visitors in.",
    needs_profile: false,
    documentation: "https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/",
    look,
};

/// Methods of an app that register a route by their first argument.
const ROUTES: &[&str] = &[
    "get",
    "post",
    "put",
    "delete",
    "head",
    "options",
    "patch",
    "route",
    "api_route",
    "add_url_rule",
    "add_api_route",
    "add_route",
    "websocket",
];

/// Calls after which a path is no longer what stands at its function.
const PREFIXES: &[&str] = &["include_router", "register_blueprint", "mount", "add_resource", "add_namespace"];

/// Paths that the frameworks answer by themselves.
const OWN: &[&str] = &["/docs", "/redoc", "/openapi.json"];

fn look(subject: &Subject<'_>) -> Vec<Finding> {
    let Some(said) = subject.found.and_then(|found| found.taken.health_path.as_ref()) else { return Vec::new() };
    let path = said.value.split('?').next().unwrap_or_default();
    let finding = match framework(subject) {
        Some(Framework::Streamlit) if path != "/_stcore/health" => {
            let fix = "Write `/_stcore/health`: it answers `ok` when the server lives.";
            let finding = CHECK.finding(
                said.place.clone(),
                format!("`{path}` is asked, which Streamlit answers with a page whatever happens"),
                fix,
            );
            Some(
                finding
                    .only(Severity::Hint)
                    .because("Streamlit answers every unknown path with 200, so this check proves nothing."),
            )
        }
        Some(Framework::FastApi | Framework::Flask) if !is_there(subject, path) => {
            let fix = format!("Add a route `{path}` that answers 200, or ask a path that is there.");
            Some(CHECK.finding(said.place.clone(), format!("`{path}` is asked, and no route has it"), fix))
        }
        _ => None,
    };
    finding.into_iter().collect()
}

fn framework(subject: &Subject<'_>) -> Option<Framework> {
    if let Some(Recipe::Python(python)) = subject.found.map(|found| &found.recipe) {
        return python.framework.as_ref().map(|said| said.value);
    }
    let uses = |module| sources(subject).any(|source| source.imports_module(module));
    let known = [("fastapi", Framework::FastApi), ("flask", Framework::Flask), ("streamlit", Framework::Streamlit)];
    known.into_iter().find(|(module, _)| uses(module)).map(|(_, framework)| framework)
}

/// Whether a route has this path, or that cannot be told for certain.
fn is_there(subject: &Subject<'_>, path: &str) -> bool {
    let all: Vec<&Source> = sources(subject).collect();
    let prefixed = |source: &&Source| {
        source.calls.iter().any(|call| {
            let method = call.name.rsplit('.').next().unwrap_or_default();
            PREFIXES.contains(&method) || call.keyword("prefix").is_some() || call.keyword("url_prefix").is_some()
        })
    };
    let named = |source: &&Source| source.texts.iter().any(|(_, text)| text == path);
    let routes = || {
        all.iter().flat_map(|source| source.calls.iter()).filter_map(|call| {
            let method = call.name.rsplit_once('.')?.1;
            ROUTES.contains(&method).then(|| call.positional(0).and_then(Value::text))?
        })
    };
    // Without a single route they are registered in a way that is not read here.
    OWN.contains(&path)
        || all.iter().any(prefixed)
        || all.iter().any(named)
        || routes().next().is_none()
        || routes().any(|route| fits(route, path))
}

/// Whether a route with names in braces or angle brackets takes a path.
fn fits(route: &str, path: &str) -> bool {
    let takes_rest = |part: &str| part.contains("path");
    let is_name = |part: &str| part.starts_with(['{', '<']);
    let (route, path): (Vec<&str>, Vec<&str>) =
        (route.trim_matches('/').split('/').collect(), path.trim_matches('/').split('/').collect());
    if route.iter().any(|part| is_name(part) && takes_rest(part)) {
        return true;
    }
    route.len() == path.len() && route.iter().zip(&path).all(|(route, path)| route == path || is_name(route))
}
