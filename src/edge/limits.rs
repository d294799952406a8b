use super::http::request::{Request, Upgrade};
use super::instead::Instead;
use crate::spec::{Cause, RouterRules};

/// Refuses what the router does not take, before a byte of the body is read.
pub(super) fn admit(request: &Request, rules: &RouterRules) -> Result<(), Instead> {
    count(request.announced(), rules).map_err(Instead::Platform)?;
    if request.upgrade() == Some(Upgrade::Websocket) && !rules.websockets {
        return Err(Instead::Platform(Cause::NoWebsocket));
    }
    Ok(())
}

/// Judges the length of a body, announced or counted so far.
pub(super) fn count(bytes: u64, rules: &RouterRules) -> Result<(), Cause> {
    if rules.body.is_some_and(|most| bytes > most.bytes()) { Err(Cause::BodyTooLarge) } else { Ok(()) }
}
