use serde::Serialize;

use crate::cli::compare::Wanted;
use crate::cli::{Failure, Printer, Surroundings, profile};
use crate::compare::BUSY;
use crate::compare::fit::{Found, Offer, cheapest};
use crate::profile::Profile;
use crate::report::price::{Usage, monthly};
use crate::report::{Section, text, words};
use crate::units::{Memory, Money};

use super::Searched;

/// What a search came to, for programs.
#[derive(Serialize)]
struct Answer<'f> {
    schema: u32,
    app: &'f str,
    profile: &'f str,
    load: &'f str,
    #[serde(flatten)]
    found: &'f Found,
    /// The cheapest plans with that much and a tenth to spare.
    plans: Vec<Sold>,
}

#[derive(Serialize)]
struct Sold {
    id: String,
    limit_bytes: u64,
    price_monthly_microdollars: u64,
}

/// Prints what a search came to, and which plans have that much.
pub(super) fn show(
    searched: &Searched,
    wanted: &Wanted,
    json: bool,
    (printer, surroundings): (&Printer, &Surroundings),
) -> Result<(), Failure> {
    let Searched { found, usage, .. } = searched;
    let offers = offers(*usage, surroundings)?;
    let fitting = found.smallest.map(|smallest| cheapest(&offers, smallest)).unwrap_or_default();
    if json {
        let plans = fitting.iter().map(|offer| sold(offer)).collect();
        let (app, profile, load) = (wanted.app.name.as_str(), wanted.arms[0].label.as_str(), wanted.load.as_str());
        printer.json(&Answer { schema: 1, app, profile, load, found, plans });
        return Ok(());
    }
    let section = Section::new(format!("The smallest plan for {}", wanted.app.name))
        .lines(edge(found, wanted))
        .lines(plans(found, &fitting));
    printer.data(&text(&[section], printer.data_width()));
    Ok(())
}

/// Every plan that is for sale, but not the ends of a range that nobody can choose. A price by use is worked
/// out for a month of which a tenth is as busy as the search was; without anything to go by, the plan is left out.
fn offers(usage: Option<Usage>, surroundings: &Surroundings) -> Result<Vec<Offer>, Failure> {
    let library = profile::library(&[], surroundings)?;
    let profiles = library.ids().into_iter().filter_map(|id| library.load(&id).ok());
    let exact = profiles.filter(|profile| {
        use crate::profile::Range::{Exact, Typical};
        matches!(profile.plan.range, Exact | Typical)
    });
    let offer = |profile: Profile| {
        let price = month(&profile, usage)?;
        Some(Offer { id: profile.plan.id.clone(), limit: profile.memory.limit, price })
    };
    Ok(exact.filter_map(offer).collect())
}

fn month(profile: &Profile, usage: Option<Usage>) -> Option<Money> {
    let price = &profile.plan.price;
    if price.usage.is_none() {
        return Some(price.monthly);
    }
    let there =
        Usage { share: profile.cpu.share, limit: profile.memory.limit, sleeps: profile.sleep.is_some(), ..usage? };
    Some(monthly(price, &there, BUSY).total)
}

fn sold(offer: &Offer) -> Sold {
    Sold { id: offer.id.clone(), limit_bytes: offer.limit.bytes(), price_monthly_microdollars: offer.price.micros() }
}

fn edge(found: &Found, wanted: &Wanted) -> Vec<String> {
    let probes = words::count(found.probes.into(), "probe", "probes");
    let mut lines = vec![format!("under {} on {}, after {probes}", wanted.load, wanted.arms[0].label)];
    match found.smallest {
        Some(smallest) => {
            let again = if found.confirmed { ", seen twice" } else { "" };
            lines.push(format!("survived {smallest}{again}"));
        }
        None => lines.push("survived none of the limits that were tried".to_owned()),
    }
    if let Some(death) = &found.died {
        let request = death.request.as_ref().map(|request| format!(" during `{request}`")).unwrap_or_default();
        let need = death.need.map(|need| format!(", last sampled need {}", need.human())).unwrap_or_default();
        lines.push(format!("killed at {}{request}{need}", death.limit));
    } else if found.smallest.is_some() {
        lines.push("nothing smaller was tried: it survives the least limit of the search".to_owned());
    }
    if let Some(limit) = found.unstable {
        lines.push(format!(
            "unstable: at {limit} it survived once and was killed another time; what it needs is not the same every time"
        ));
    }
    lines.extend(found.given_up.iter().map(|why| format!("given up: {why}")));
    lines
}

fn plans(found: &Found, fitting: &[&Offer]) -> Vec<String> {
    let Some(smallest) = found.smallest else { return Vec::new() };
    let wanted = Memory::from_bytes(smallest.bytes() * 10 / 9);
    match fitting {
        [] => vec![format!("no plan that emu knows has that much with a tenth to spare ({})", wanted.human())],
        offers => {
            let names: Vec<String> = offers
                .iter()
                .map(|offer| format!("`{}` ({}, {} a month)", offer.id, offer.limit, offer.price.to_cents()))
                .collect();
            vec![
                format!("with a tenth of the limit to spare that takes {}", wanted.human()),
                format!("the cheapest with that much: {}", names.join(", ")),
                "memory is not all: `emu compare` tells what CPU share, sleep and cold starts of a plan mean"
                    .to_owned(),
            ]
        }
    }
}
