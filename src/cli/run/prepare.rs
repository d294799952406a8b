use std::net::TcpListener;

use super::settings::Settings;
use crate::app::Target;
use crate::cli::engine::{Held, Kind};
use crate::cli::header::{Called, header};
use crate::cli::lab::Lab;
use crate::cli::{Failure, Printer, Surroundings, door};
use crate::event::Header;
use crate::spec::{AppSpec, Network, Overrides, Spec};
use crate::tour;

/// Everything a run needs, checked.
pub(in crate::cli) struct Prepared<'p> {
    pub(in crate::cli) lab: Lab<'p>,
    pub(in crate::cli) header: Header,
    pub(in crate::cli) listener: TcpListener,
    /// The app's port of this machine, where it has one.
    pub(in crate::cli) port: Option<Held>,
}

/// Finds the engine, resolves the spec, opens the front door's socket, and clears what dead runs left.
/// Nothing runs yet, so whatever is wrong here leaves nothing behind.
pub(in crate::cli) async fn prepare<'p>(
    settings: &Settings,
    printer: &'p Printer,
    surroundings: &Surroundings,
) -> Result<Prepared<'p>, Failure> {
    let asked = settings.port.map(door::at).transpose()?;
    let planned = settings.target.app(&settings.command);
    let kind = settings.sources.as_ref().map_or(Kind::App(&planned.image), |sources| sources.kind(&settings.command));
    let lab = Lab::open(settings.engine, kind, surroundings, printer).await?;
    let (app, overrides) = app(settings, planned, &lab).await?;
    let settings = &Settings { overrides, ..settings.clone() };
    let listener = asked.map_or_else(|| usual_door(settings, &app, &lab, printer), Ok)?;
    let (spec, port) = spec(settings, app, &lab, &listener)?;
    lab.make_ready(&spec.app.image).await?;
    let called = Called { name: settings.name.clone(), part: None };
    let header = header(called, lab.machine().clone(), spec);
    Ok(Prepared { lab, header, listener, port })
}

/// The app, made of the project folder where one was named, and what is changed with it.
async fn app(settings: &Settings, planned: AppSpec, lab: &Lab<'_>) -> Result<(AppSpec, Overrides), Failure> {
    let overrides = settings.overrides.clone();
    let Some(sources) = &settings.sources else { return Ok((planned, overrides)) };
    sources.introduce(&[&settings.profile], lab.printer());
    // A plan that cannot be held here is refused before anything is built for it.
    lab.resolve(&settings.profile, AppSpec { command: Vec::new(), ..planned }, &overrides)?;
    let made = sources.made(lab, &settings.profile, &settings.command).await?;
    let environment = made.variables.into_iter().chain(overrides.environment).collect();
    Ok((made.app, Overrides { environment, ..overrides }))
}

/// The front door leaves the app its port, where the app needs one of this machine.
fn usual_door(settings: &Settings, app: &AppSpec, lab: &Lab<'_>, printer: &Printer) -> Result<TcpListener, Failure> {
    let planned = lab.resolve(&settings.profile, app.clone(), &settings.overrides)?;
    let of_app = (planned.network == Network::Host).then_some(planned.port.number);
    door::usual(of_app, |text| printer.say(text))
}

/// The spec; for the tour with a warp that lets it end in about a minute.
fn spec(
    settings: &Settings,
    app: AppSpec,
    lab: &Lab<'_>,
    listener: &TcpListener,
) -> Result<(Spec, Option<Held>), Failure> {
    let host = listener.local_addr().ok().map(|address| address.to_string());
    let overrides = Overrides { host, ..settings.overrides.clone() };
    if settings.target != Target::Tour || settings.warp_asked {
        return lab.settle(&settings.profile, app, &overrides);
    }
    let planned = lab.resolve(&settings.profile, app.clone(), &overrides)?;
    lab.settle(&settings.profile, app, &Overrides { warp: tour::warp_for(&planned), ..overrides })
}
