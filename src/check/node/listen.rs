use super::calls::{Call, Source};
use super::sources;
use super::tokens::Token;
use crate::check::Subject;
use crate::check::start::is_loopback;
use crate::project::Place;

/// Where the code listens on an address that no visitor reaches: the place and the address.
pub(in crate::check) fn bind(subject: &Subject<'_>) -> Vec<(Place, String)> {
    let of = |source: &Source<'_>| {
        let calls = source.calls("listen");
        let told =
            calls.filter_map(|call| Some((source.place(call.line), address(&call).filter(|host| is_loopback(host))?)));
        told.collect::<Vec<_>>()
    };
    sources(subject).iter().flat_map(of).collect()
}

fn address(call: &Call<'_>) -> Option<String> {
    let named = Source::properties(call.inside, "host").find_map(|(_, token)| match token {
        Token::Text(host) => Some(host.clone()),
        _ => None,
    });
    named.or_else(|| call.text(1))
}

/// Where the code listens on a port that it fixes: the place and the port.
pub(in crate::check) fn port(subject: &Subject<'_>) -> Vec<(Place, u16)> {
    let of = |source: &Source<'_>| {
        let calls = source.calls("listen");
        let told = calls.filter_map(|call| Some((source.place(call.line), fixed(source, &call)?)));
        told.collect::<Vec<_>>()
    };
    sources(subject).iter().flat_map(of).collect()
}

/// The port that a call fixes, by itself or by a name that is given a number.
fn fixed(source: &Source<'_>, call: &Call<'_>) -> Option<u16> {
    let arguments = call.arguments();
    let first = *arguments.first()?;
    let named: Vec<(u32, Token)>;
    let value = match first {
        [(_, Token::Sign('{')), ..] => {
            named = Source::properties(first, "port").cloned().collect();
            named.as_slice()
        }
        [(_, Token::Word(name))] => source.given(name)?,
        other => other,
    };
    match value {
        [(_, Token::Number(number) | Token::Text(number))] => number.parse().ok(),
        _ => None,
    }
}

/// Where the code counts the cores of the host.
pub(in crate::check) fn workers(subject: &Subject<'_>) -> Vec<Place> {
    let forks = |source: &Source<'_>| source.calls("fork").next().is_some();
    let counts = |source: &Source<'_>| {
        let calls = source.calls("cpus").chain(source.calls("availableParallelism"));
        calls.map(|call| source.place(call.line)).take(1).collect::<Vec<_>>()
    };
    sources(subject).iter().filter(|source| forks(source)).flat_map(counts).collect()
}
