use super::calls::Source;
use super::sources;
use super::tokens::Token;
use crate::check::Subject;
use crate::project::Place;

/// Ports of mail servers that the code names: the place and the port.
pub(in crate::check) fn ports(subject: &Subject<'_>) -> Vec<(Place, u16)> {
    let mut found = Vec::new();
    for source in &sources(subject) {
        for call in source.calls("createTransport") {
            let ports = Source::properties(call.inside, "port").filter_map(|(line, token)| match token {
                Token::Number(port) => Some((source.place(*line), port.parse().ok()?)),
                _ => None,
            });
            found.extend(ports);
        }
    }
    found
}
