//! Events without what only the app may see. Every text of every kind is named here, so that a new kind
//! cannot be forgotten.

use super::{Event, Finish, Gauges, Header, Kind};
use crate::metrics::Asked;
use crate::spec::{Image, Keeping, Promise, Redactor, Spec};

impl Event {
    /// The event as anybody may see it: no value of a secret stands in it.
    #[must_use]
    pub fn redacted(mut self, redactor: &Redactor) -> Self {
        self.kind.redact(redactor);
        self
    }
}

impl Kind {
    fn redact(&mut self, redactor: &Redactor) {
        match self {
            // Also where there is nothing to look for: values are not to leave, however short they are.
            Self::Header(header) => header.redact(redactor),
            _ if redactor.is_idle() => {}
            Self::Request(request) => {
                redactor.clean(&mut request.path);
                redactor.clean(&mut request.method);
            }
            Self::Phase(phase) => {
                redactor.clean(&mut phase.name);
                redactor.clean(&mut phase.what);
            }
            Self::HealthFailed { reason: text, .. }
            | Self::Log { line: text, .. }
            | Self::Platform { line: text }
            | Self::Notice { text }
            | Self::Mark { text }
            | Self::Listening { address: text } => redactor.clean(text),
            Self::Losses(losses) => losses.largest.iter_mut().for_each(|file| redactor.clean(&mut file.path)),
            Self::Gauges(gauges) => gauges.redact(redactor),
            Self::Finished(finish) => finish.redact(redactor),
            Self::State { .. }
            | Self::WakeAsked { .. }
            | Self::PlatformReady
            | Self::Created { .. }
            | Self::Started { .. }
            | Self::PortOpen { .. }
            | Self::Ready { .. }
            | Self::Exited(_)
            | Self::ChildOutOfMemory { .. }
            | Self::Removed { .. }
            | Self::HealthRecovered { .. }
            | Self::Gate(_)
            | Self::Sample(_)
            | Self::Share(_)
            | Self::Load(_) => {}
        }
    }
}

impl Header {
    fn redact(&mut self, redactor: &Redactor) {
        self.spec.redact(redactor);
        self.name.iter_mut().for_each(|name| redactor.clean(name));
        self.part.iter_mut().for_each(|part| redactor.clean(&mut part.arm));
    }
}

impl Spec {
    fn redact(&mut self, redactor: &Redactor) {
        self.secrets = self.secrets.named_only();
        if let Image::Named(place) | Image::Host { folder: place } = &mut self.app.image {
            redactor.clean(place);
        }
        redactor.clean(&mut self.app.name);
        if let Asked::This(wanted) = &mut self.metrics {
            redactor.clean(&mut wanted.path);
        }
        let texts = self.app.command.iter_mut();
        let texts = texts.chain(self.environment.values_mut()).chain(self.lines.values_mut());
        texts.chain(self.origins.values_mut().map(|origin| &mut origin.place)).for_each(|text| redactor.clean(text));
        self.answers.values_mut().for_each(|answer| redactor.clean(&mut answer.body));
        for Promise { what, keeping } in &mut self.fidelity {
            redactor.clean(what);
            if let Keeping::Approximated(how) | Keeping::NotKept(how) = keeping {
                redactor.clean(how);
            }
        }
    }
}

impl Gauges {
    fn redact(&mut self, redactor: &Redactor) {
        self.caches.iter_mut().for_each(|cache| redactor.clean(&mut cache.name));
        let texts = self.values.iter_mut().flat_map(|value| [&mut value.name, &mut value.unit]);
        texts.for_each(|text| redactor.clean(text));
    }
}

impl Finish {
    /// The same, without what only the app may see.
    #[must_use]
    pub fn redacted(mut self, redactor: &Redactor) -> Self {
        self.redact(redactor);
        self
    }

    fn redact(&mut self, redactor: &Redactor) {
        match self {
            Self::NeverServed(why) | Self::GivenUp(why) | Self::EngineFailed(why) | Self::Invalid(why) => {
                redactor.clean(why);
            }
            Self::Completed | Self::Interrupted => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::event::stored::{encode, strategies};
    use crate::event::{Cache, CacheSize, GaugeValue, Losses, Lost, Phase, PhaseRole};
    use crate::spec::example::{example, machine};
    use crate::spec::{AppSpec, Secret};
    use crate::units::{Elapsed, Memory};

    const VALUE: &str = "hunter22-xyz";

    fn redactor() -> Redactor {
        Redactor::of([("KEY", VALUE)].into_iter())
    }

    fn stored(kind: Kind, redactor: &Redactor) -> String {
        let event = Event { seq: 0, at: Elapsed::ZERO, kind }.redacted(redactor);
        serde_json::to_string(&encode(&event)).unwrap()
    }

    fn header() -> Header {
        let mut spec = example();
        spec.secrets.variables.insert("KEY".into(), Secret::new(VALUE));
        spec.environment.insert("URL".into(), format!("http://x/{VALUE}"));
        spec.app = AppSpec {
            name: format!("app-{VALUE}"),
            image: Image::Named(format!("registry/{VALUE}")),
            command: vec!["serve".into(), format!("--key={VALUE}")],
        };
        spec.fidelity = vec![Promise { what: VALUE.into(), keeping: Keeping::NotKept(VALUE.into()) }];
        Header {
            run: "r".into(),
            name: Some(VALUE.into()),
            part: None,
            emu_version: "0".into(),
            started: "now".into(),
            machine: machine(),
            spec,
        }
    }

    #[test]
    fn a_header_names_its_secrets_and_has_no_value() {
        let text = stored(Kind::Header(Box::new(header())), &redactor());
        assert!(!text.contains(VALUE) && text.contains("[redacted KEY]"), "{text}");
        assert!(text.contains(r#""secrets":{"variables":{"KEY":"[redacted]"}}"#), "{text}");
    }

    #[test]
    fn a_value_too_short_to_be_looked_for_does_not_leave_with_the_header() {
        let mut header = header();
        header.spec.secrets.variables.insert("PIN".into(), Secret::new("7"));
        let event = Event { seq: 0, at: Elapsed::ZERO, kind: Kind::Header(Box::new(header)) };
        let Kind::Header(header) = event.redacted(&Redactor::default()).kind else { panic!("a header") };
        assert_eq!(header.spec.secrets.values().count(), 0);
    }

    #[test]
    fn texts_of_every_kind_are_looked_through() {
        let text = || format!("x {VALUE}");
        let instance = crate::event::InstanceId(1);
        let phase = Phase { name: text(), role: PhaseRole::Measure, what: text(), users: None };
        let lost = Lost { path: text(), size: None };
        let losses = Losses { instance, count: 1, size: Memory::default(), largest: vec![lost] };
        let gauges = Gauges {
            caches: vec![Cache { name: text(), holds: CacheSize::Entries(1) }],
            values: vec![GaugeValue { name: text(), value: 1.0, unit: text() }],
            ..Gauges::default()
        };
        let kinds = [
            Kind::Gauges(Box::new(gauges)),
            Kind::Losses(Box::new(losses)),
            Kind::Log { instance, stderr: true, line: text() },
            Kind::Platform { line: text() },
            Kind::Notice { text: text() },
            Kind::Mark { text: text() },
            Kind::HealthFailed { instance, reason: text() },
            Kind::Phase(Box::new(phase)),
            Kind::Finished(Finish::NeverServed(text())),
            Kind::Finished(Finish::EngineFailed(text())),
        ];
        for kind in kinds {
            assert!(stored(kind.clone(), &Redactor::default()).contains(VALUE), "the test looks for nothing");
            let found = stored(kind, &redactor());
            assert!(!found.contains(VALUE) && found.contains("[redacted KEY]"), "{found}");
        }
    }

    proptest! {
        #[test]
        fn an_event_without_secrets_stays_as_it_is(event in strategies::event()) {
            prop_assert_eq!(event.clone().redacted(&Redactor::default()), event.clone());
            prop_assert_eq!(event.clone().redacted(&redactor()), event);
        }
    }
}
