//! Finding the engine and learning to talk to it.

use bollard::{API_DEFAULT_VERSION, ClientVersion};

use super::place::{Address, Places, Surroundings, places};
use super::probe::{Greeting, Miss, greet};
use crate::engine::EngineError;

/// Seconds an answer may take. Starting on a slow disk is the slowest of them.
const ANSWER_MAX: u64 = 120;

/// A line to an engine.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub client: bollard::Docker,
    pub address: Address,
    pub origin: String,
    pub greeting: Greeting,
}

/// The first engine that answers.
pub(super) async fn connect(surroundings: &Surroundings) -> Result<Line, EngineError> {
    let places = places(surroundings)?;
    let mut misses = Vec::new();
    for address in &places.addresses {
        match greet(address).await {
            Ok(greeting) => return line(address, &places, greeting),
            Err(miss) => misses.push((address, miss)),
        }
    }
    Err(nowhere(&misses))
}

fn line(address: &Address, places: &Places, greeting: Greeting) -> Result<Line, EngineError> {
    let version = spoken(greeting.api);
    let client = match address {
        Address::Unix(path) => bollard::Docker::connect_with_unix(&path.to_string_lossy(), ANSWER_MAX, &version),
        Address::Tcp(host) => bollard::Docker::connect_with_http(host, ANSWER_MAX, &version),
    };
    let client = client.map_err(|error| EngineError::Unavailable {
        address: address.to_string(),
        reason: super::failure::words(&error),
    })?;
    Ok(Line { client, address: address.clone(), origin: places.origin.clone(), greeting })
}

/// The newest API that both sides know.
fn spoken((major, minor): (usize, usize)) -> ClientVersion {
    let theirs = ClientVersion { major_version: major, minor_version: minor };
    if theirs < *API_DEFAULT_VERSION { theirs } else { *API_DEFAULT_VERSION }
}

/// One error for all places. A socket that refuses us says more than one that is not there.
fn nowhere(misses: &[(&Address, Miss)]) -> EngineError {
    for (address, miss) in misses {
        let address = address.to_string();
        match miss {
            Miss::Forbidden(reason) => return EngineError::Forbidden { address, reason: reason.clone() },
            Miss::Stranger(reason) => return EngineError::Unavailable { address, reason: reason.clone() },
            Miss::Absent(_) => {}
        }
    }
    let (address, reason) = match misses.first() {
        Some((address, Miss::Absent(reason))) => (address.to_string(), reason.clone()),
        _ => (String::new(), "no place to look".to_owned()),
    };
    let others: Vec<_> = misses.iter().skip(1).map(|(address, _)| format!("`{address}`")).collect();
    let also = if others.is_empty() { String::new() } else { format!("; nor at {}", others.join(", ")) };
    EngineError::Unavailable { address, reason: format!("{reason}{also}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unix(path: &str) -> Address {
        Address::Unix(path.into())
    }

    #[test]
    fn the_older_side_decides_the_version() {
        assert_eq!(spoken((1, 41)).to_string(), "1.41");
        assert_eq!(spoken((1, 999)).to_string(), API_DEFAULT_VERSION.to_string());
    }

    #[test]
    fn every_place_tried_is_named() {
        let (a, b) = (unix("/a"), unix("/b"));
        let misses = [(&a, Miss::Absent("no such socket".into())), (&b, Miss::Absent("x".into()))];
        let expected = "no container engine answers at `unix:///a`: no such socket; nor at `unix:///b`";
        assert_eq!(nowhere(&misses).to_string(), expected);
    }

    #[test]
    fn a_refusal_is_told_before_an_absence() {
        let (a, b) = (unix("/a"), unix("/b"));
        let misses = [(&a, Miss::Absent("x".into())), (&b, Miss::Forbidden("permission denied".into()))];
        let expected = "the container engine at `unix:///b` refuses this user: permission denied";
        assert_eq!(nowhere(&misses).to_string(), expected);
    }

    #[tokio::test]
    async fn nothing_there_is_an_error_that_names_the_place() {
        let surroundings =
            Surroundings { docker_host: Some("unix:///nowhere/engine.sock".into()), ..Surroundings::default() };
        let error = connect(&surroundings).await.expect_err("nothing there");
        let expected = "no container engine answers at `unix:///nowhere/engine.sock`: no such socket";
        assert_eq!(error.to_string(), expected);
    }
}
