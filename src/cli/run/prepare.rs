use std::net::TcpListener;

use super::settings::Settings;
use crate::app::Target;
use crate::cli::header::{Called, header};
use crate::cli::lab::Lab;
use crate::cli::{Failure, Printer, Surroundings, door};
use crate::event::Header;
use crate::spec::{Overrides, Spec};
use crate::tour;

/// Everything a run needs, checked.
pub(super) struct Prepared<'p> {
    pub(super) lab: Lab<'p>,
    pub(super) header: Header,
    pub(super) listener: TcpListener,
}

/// Finds the engine, resolves the spec, opens the front door's socket, and clears what dead runs left.
/// Nothing runs yet, so whatever is wrong here leaves nothing behind.
pub(super) async fn prepare<'p>(
    settings: &Settings,
    printer: &'p Printer,
    surroundings: &Surroundings,
) -> Result<Prepared<'p>, Failure> {
    let listener = door::bind(settings.port, |text| printer.say(text))?;
    let lab = Lab::open(settings.engine, surroundings, printer).await?;
    let spec = spec(settings, &lab, &listener)?;
    lab.make_ready(&spec.app.image).await?;
    let called = Called { name: settings.name.clone(), part: None };
    let header = header(called, lab.machine().clone(), spec);
    Ok(Prepared { lab, header, listener })
}

/// The spec; for the tour with a warp that lets it end in about a minute.
fn spec(settings: &Settings, lab: &Lab<'_>, listener: &TcpListener) -> Result<Spec, Failure> {
    let host = listener.local_addr().ok().map(|address| address.to_string());
    let overrides = Overrides { host, ..settings.overrides.clone() };
    let app = settings.target.app(&settings.command);
    let spec = lab.resolve(&settings.profile, app.clone(), &overrides)?;
    if settings.target != Target::Tour || settings.warp_asked {
        return Ok(spec);
    }
    lab.resolve(&settings.profile, app, &Overrides { warp: tour::warp_for(&spec), ..overrides })
}
