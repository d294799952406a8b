//! The engine's refusals, in emu's terms.

use bollard::errors::Error;

use crate::engine::EngineError;

/// A refusal while `doing` something, as a verb: `create the instance`.
pub(super) fn failed(doing: &str) -> impl Fn(Error) -> EngineError + '_ {
    move |error| EngineError::Failed { doing: doing.to_owned(), reason: words(&error) }
}

/// The engine's own words, without the client's wrapping.
pub(super) fn words(error: &Error) -> String {
    match error {
        Error::DockerResponseServerError { message, .. } => message.trim().to_owned(),
        Error::RequestTimeoutError => "no answer in time".to_owned(),
        other => {
            let mut text = other.to_string();
            let mut cause = std::error::Error::source(other);
            while let Some(inner) = cause {
                let more = inner.to_string();
                if !text.contains(&more) {
                    text = format!("{text}: {more}");
                }
                cause = inner.source();
            }
            text
        }
    }
}

fn status(error: &Error) -> Option<u16> {
    match error {
        Error::DockerResponseServerError { status_code, .. } => Some(*status_code),
        _ => None,
    }
}

/// There is no such container or image.
pub(super) fn is_absent(error: &Error) -> bool {
    status(error) == Some(404)
}

/// The container is not in a state for that: it does not run, or is being removed already.
pub(super) fn is_conflict(error: &Error) -> bool {
    matches!(status(error), Some(409 | 304))
}
