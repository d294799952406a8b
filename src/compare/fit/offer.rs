use super::super::verdict::with_margin;
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
