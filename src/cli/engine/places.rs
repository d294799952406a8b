use std::cell::RefCell;
use std::collections::BTreeSet;

use super::choice::{EngineArgs, NetworkChoice};
use super::port::{Held, Place, Wish, place};
use crate::cli::{Failure, Printer};
use crate::engine::{Chosen, Either, Engine};
use crate::spec::{Network, Overrides, Spec};

/// The ports and networks of apps of the embedded engine. An app of Docker has a network of its own.
#[derive(Debug)]
pub(in crate::cli) struct Places {
    wish: Option<Wish>,
    /// What was said already: runs of a comparison need not say it again.
    said: RefCell<BTreeSet<String>>,
}

impl Places {
    /// Of this engine.
    pub(in crate::cli) fn new(args: EngineArgs, engine: &Chosen) -> Self {
        let own_works = engine.machine().can.isolation.is_apart();
        let wish = matches!(engine, Either::Native(_)).then_some(Wish { network: args.network, own_works });
        Self { wish, said: RefCell::default() }
    }

    /// Whose network apps of the engine are in when nothing is in their way.
    pub(in crate::cli) fn usual(&self) -> Network {
        match &self.wish {
            None => Network::Own,
            Some(Wish { network: Some(NetworkChoice::Own), .. }) => Network::Closed,
            Some(_) => Network::Host,
        }
    }

    /// Finds a place for one run, and what has to be changed so that it gets there. The port is its own
    /// until what is returned with it is dropped.
    pub(in crate::cli) fn find(
        &self,
        spec: &Spec,
        overrides: &Overrides,
        printer: &Printer,
    ) -> Result<(Overrides, Option<Held>), Failure> {
        let Some(wish) = &self.wish else { return Ok((overrides.clone(), None)) };
        let (network, port, held, told) = match place(spec, wish, Held::claim)? {
            Place::Here(port, held, told) => (Network::Host, Some(port), Some(held), told),
            Place::Apart(told) => (Network::Closed, None, None, told),
        };
        if let Some(told) = told
            && self.said.borrow_mut().insert(told.clone())
        {
            printer.say(&told);
        }
        let moved = port.filter(|port| *port != spec.port.number);
        Ok((Overrides { network, port: moved.or(overrides.port), ..overrides.clone() }, held))
    }
}
