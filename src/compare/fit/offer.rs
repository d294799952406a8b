use super::super::verdict::with_margin;
use super::{Death, Found};
use crate::report::words;
use crate::units::{Memory, Money};

/// A plan that is for sale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Its id.
    pub id: String,
    /// What it sells.
    pub limit: Memory,
    /// What it costs in a month.
    pub price: Money,
}

/// The cheapest offers under which an app that needs this much keeps the margin that a verdict `fits` asks for.
/// More than one where they cost the same, the one with the most memory first; empty where none is large enough.
pub fn cheapest(offers: &[Offer], smallest: Memory) -> Vec<&Offer> {
    let enough = |offer: &&Offer| with_margin(offer.limit) >= smallest;
    let mut fitting: Vec<&Offer> = offers.iter().filter(enough).collect();
    fitting.sort_by_key(|offer| (offer.price, std::cmp::Reverse(offer.limit)));
    let least = fitting.first().map(|offer| offer.price);
    fitting.retain(|offer| Some(offer.price) == least);
    fitting
}

/// What a search came to, in sentences: the limit, its edge and what died there, and the plan to buy.
pub fn sentences(found: &Found, offers: &[Offer]) -> Vec<String> {
    let mut sentences: Vec<String> = found.given_up.iter().map(|why| format!("given up: {why}")).collect();
    if let Some(at) = found.unstable {
        sentences.push(format!(
            "unstable: under {} it survived once and died another time, so what it needs is not the same every time",
            at.human()
        ));
    }
    let probes = words::count(found.probes.into(), "run", "runs");
    match (found.smallest, &found.edge) {
        (Some(smallest), Some(edge)) => {
            sentences.push(format!("it survives with {}, found in {probes}{}", smallest.human(), twice(found)));
            sentences.push(death(edge));
        }
        (Some(smallest), None) => {
            sentences
                .push(format!("it survives with {}, the least that was to be tried, in {probes}", smallest.human()));
        }
        (None, Some(edge)) => {
            sentences.push(format!("it survives nowhere, not with the most that was to be tried, in {probes}"));
            sentences.push(death(edge));
        }
        (None, None) => {}
    }
    sentences.extend(found.smallest.map(|smallest| purchase(smallest, offers)));
    sentences
}

fn twice(found: &Found) -> &'static str {
    if found.confirmed { "; seen twice" } else { "" }
}

fn death(edge: &Death) -> String {
    let need = edge.need.map(|need| format!(", with a need of {}", need.human())).unwrap_or_default();
    let request = edge.request.as_ref().map(|request| format!(", at `{request}`")).unwrap_or_default();
    format!("it dies with {}{need}{request}", edge.limit.human())
}

fn purchase(smallest: Memory, offers: &[Offer]) -> String {
    let cheapest = cheapest(offers, smallest);
    let Some(first) = cheapest.first() else {
        return format!("no plan has {} and a margin of 10 %", smallest.human());
    };
    let names: Vec<String> = cheapest.iter().map(|offer| format!("`{}` ({})", offer.id, offer.limit)).collect();
    format!("the cheapest with that much and a margin of 10 %: {}, {} a month", names.join(" or "), first.price)
}
