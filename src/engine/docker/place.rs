//! Where an engine may be listening.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::engine::EngineError;

/// What the user's surroundings say about engines. Read by the command line, given as a value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Surroundings {
    /// `DOCKER_HOST`.
    pub docker_host: Option<String>,
    /// `DOCKER_CONTEXT`.
    pub docker_context: Option<String>,
    /// `DOCKER_CONFIG`: the client's folder, in place of `~/.docker`.
    pub docker_config: Option<PathBuf>,
    /// The user's home.
    pub home: Option<PathBuf>,
    /// `XDG_RUNTIME_DIR`.
    pub runtime_dir: Option<PathBuf>,
    /// The emu binary, for the image of the built-in app. `None`: the running one.
    pub program: Option<PathBuf>,
}

/// One address where an engine may listen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Address {
    /// A socket in the file system.
    Unix(PathBuf),
    /// `host:port`, without encryption.
    Tcp(String),
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix://{}", path.display()),
            Self::Tcp(host) => write!(f, "tcp://{host}"),
        }
    }
}

/// The addresses to try, and who named them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Places {
    /// In the order to try.
    pub addresses: Vec<Address>,
    /// `DOCKER_HOST`, ``context `name` ``, or `usual sockets`.
    pub origin: String,
}

/// The addresses to try: what the user set, else the client's current context, else the usual sockets.
/// What the user named is tried alone: another engine than the one asked for would be a surprise.
pub(super) fn places(surroundings: &Surroundings) -> Result<Places, EngineError> {
    if let Some(host) = filled(surroundings.docker_host.as_deref()) {
        return Ok(Places { addresses: vec![address(host)?], origin: "DOCKER_HOST".to_owned() });
    }
    let folder = surroundings.docker_config.clone().or_else(|| Some(surroundings.home.as_ref()?.join(".docker")));
    let named = filled(surroundings.docker_context.as_deref()).map(str::to_owned);
    let context = named.or_else(|| current_context(folder.as_deref()?)).filter(|name| name != "default");
    let Some(name) = context else {
        return Ok(Places { addresses: usual_sockets(surroundings), origin: "usual sockets".to_owned() });
    };
    let host = folder.as_deref().and_then(|folder| context_host(folder, &name)).ok_or_else(|| {
        unavailable(format!("context `{name}`"), "the client's configuration has no such context".to_owned())
    })?;
    Ok(Places { addresses: vec![address(&host)?], origin: format!("context `{name}`") })
}

fn filled(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.trim().is_empty())
}

fn unavailable(address: String, reason: String) -> EngineError {
    EngineError::Unavailable { address, reason }
}

/// An address as `DOCKER_HOST` and contexts write it.
pub(super) fn address(host: &str) -> Result<Address, EngineError> {
    let refused = |reason: &str| Err(unavailable(host.to_owned(), reason.to_owned()));
    match host.split_once("://") {
        Some(("unix", path)) if !path.is_empty() => Ok(Address::Unix(path.into())),
        Some(("tcp" | "http", rest)) if !rest.is_empty() => Ok(Address::Tcp(with_port(rest.trim_end_matches('/')))),
        Some(("ssh", _)) => refused(
            "addresses with `ssh://` are not supported; forward the socket \
             (`ssh -NL /tmp/docker.sock:/var/run/docker.sock HOST`) and set `DOCKER_HOST=unix:///tmp/docker.sock`",
        ),
        Some(("https", _)) => refused("encrypted addresses are not supported; forward the engine's socket instead"),
        None if host.starts_with('/') => Ok(Address::Unix(host.into())),
        _ => refused("expected `unix:///path/to/socket` or `tcp://host:port`"),
    }
}

/// 2375 is the port of engines that listen without encryption.
fn with_port(host: &str) -> String {
    let last = host.rsplit(']').next().unwrap_or(host);
    if last.contains(':') { host.to_owned() } else { format!("{host}:2375") }
}

fn usual_sockets(surroundings: &Surroundings) -> Vec<Address> {
    let run = surroundings.runtime_dir.as_deref();
    let home = surroundings.home.as_deref();
    [
        Some(PathBuf::from("/var/run/docker.sock")),
        run.map(|run| run.join("docker.sock")),
        home.map(|home| home.join(".docker/run/docker.sock")),
        home.map(|home| home.join(".docker/desktop/docker.sock")),
        home.map(|home| home.join(".colima/default/docker.sock")),
        home.map(|home| home.join(".orbstack/run/docker.sock")),
        run.map(|run| run.join("podman/podman.sock")),
        Some(PathBuf::from("/run/podman/podman.sock")),
    ]
    .into_iter()
    .flatten()
    .map(Address::Unix)
    .collect()
}

#[derive(Deserialize)]
struct ClientConfig {
    #[serde(rename = "currentContext")]
    current_context: Option<String>,
}

fn current_context(folder: &Path) -> Option<String> {
    let text = std::fs::read_to_string(folder.join("config.json")).ok()?;
    serde_json::from_str::<ClientConfig>(&text).ok()?.current_context.filter(|name| !name.is_empty())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ContextMeta {
    name: String,
    endpoints: std::collections::BTreeMap<String, Endpoint>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Endpoint {
    host: Option<String>,
}

/// The engine's address in a context. Folders are named by a hash, so every one is looked into.
fn context_host(folder: &Path, name: &str) -> Option<String> {
    let entries = std::fs::read_dir(folder.join("contexts/meta")).ok()?;
    entries.flatten().find_map(|entry| {
        let text = std::fs::read_to_string(entry.path().join("meta.json")).ok()?;
        let mut meta: ContextMeta = serde_json::from_str(&text).ok()?;
        if meta.name == name { meta.endpoints.remove("docker")?.host } else { None }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unix(path: &str) -> Address {
        Address::Unix(path.into())
    }

    fn client_folder(config: &str, context: &str, host: &str) -> tempfile::TempDir {
        let home = tempfile::tempdir().expect("a folder");
        let meta = home.path().join(".docker/contexts/meta/0123abcd");
        std::fs::create_dir_all(&meta).expect("made");
        std::fs::write(home.path().join(".docker/config.json"), config).expect("written");
        let text = format!(r#"{{"Name":"{context}","Metadata":{{}},"Endpoints":{{"docker":{{"Host":"{host}"}}}}}}"#);
        std::fs::write(meta.join("meta.json"), text).expect("written");
        home
    }

    #[test]
    fn the_variable_comes_first_and_alone() {
        let home = client_folder(r#"{"currentContext":"other"}"#, "other", "unix:///other.sock");
        let surroundings = Surroundings {
            docker_host: Some("unix:///mine.sock".into()),
            home: Some(home.path().into()),
            ..Surroundings::default()
        };
        let places = places(&surroundings).expect("places");
        assert_eq!((places.addresses, places.origin.as_str()), (vec![unix("/mine.sock")], "DOCKER_HOST"));
    }

    #[test]
    fn the_current_context_comes_before_the_usual_sockets() {
        let home = client_folder(r#"{"currentContext":"desktop"}"#, "desktop", "unix:///desktop.sock");
        let surroundings = Surroundings { home: Some(home.path().into()), ..Surroundings::default() };
        let places = places(&surroundings).expect("places");
        assert_eq!((places.addresses, places.origin.as_str()), (vec![unix("/desktop.sock")], "context `desktop`"));
    }

    #[test]
    fn a_context_that_is_not_there_is_named() {
        let home = client_folder("{}", "desktop", "unix:///desktop.sock");
        let surroundings = Surroundings {
            docker_context: Some("gone".into()),
            home: Some(home.path().into()),
            ..Surroundings::default()
        };
        let error = places(&surroundings).expect_err("no such context");
        assert_eq!(
            error.to_string(),
            "no container engine answers at `context `gone``: the client's configuration has no such context"
        );
    }

    #[test]
    fn the_default_context_means_the_usual_sockets() {
        let home = client_folder(r#"{"currentContext":"default"}"#, "desktop", "unix:///desktop.sock");
        let surroundings = Surroundings {
            home: Some(home.path().into()),
            runtime_dir: Some("/run/user/7".into()),
            ..Surroundings::default()
        };
        let places = places(&surroundings).expect("places").addresses;
        assert_eq!(places.first(), Some(&unix("/var/run/docker.sock")));
        assert!(places.contains(&unix("/run/user/7/podman/podman.sock")), "{places:?}");
    }

    #[test]
    fn addresses_are_read_as_the_client_writes_them() {
        assert_eq!(address("tcp://127.0.0.1:2375"), Ok(Address::Tcp("127.0.0.1:2375".into())));
        assert_eq!(address("http://engine/"), Ok(Address::Tcp("engine:2375".into())));
        assert_eq!(address("tcp://[::1]"), Ok(Address::Tcp("[::1]:2375".into())));
        assert_eq!(address("/run/x.sock"), Ok(unix("/run/x.sock")));
    }

    #[test]
    fn addresses_that_cannot_work_are_refused_with_the_reason() {
        for (host, word) in [("ssh://me@box", "ssh -NL"), ("https://box", "encrypted"), ("box", "unix:///path")] {
            let error = address(host).expect_err("refused").to_string();
            assert!(error.contains(word), "{error}");
        }
    }
}
