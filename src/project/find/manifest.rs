use std::collections::BTreeMap;

use super::NotFound;
use super::view::{Look, plain};
use crate::profile::{Library, Manifest, ManifestFormat, Profile, Role};
use crate::project::document::{Document, Format, Found};
use crate::project::{Command, Place, Said, Setting};
use crate::units::Elapsed;

/// A platform, and the files in which projects tell it how they are run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Platform {
    /// Its name, as its profiles have it.
    pub name: String,
    /// The files, by their names.
    pub manifests: BTreeMap<String, Manifest>,
}

/// What a platform's file says that decides what the app is.
#[derive(Debug, Default)]
pub(super) struct Decided {
    pub(super) name: Option<String>,
    pub(super) image: Option<Said<String>>,
    pub(super) dockerfile: Option<Said<String>>,
    pub(super) context: Option<String>,
    /// The file says that sources are built, whatever else is there.
    pub(super) sources: Option<Place>,
}

/// A platform's file that is there, and the app in it.
struct Present<'a> {
    platform: &'a str,
    file: &'a str,
    manifest: &'a Manifest,
    document: Document,
}

impl Platform {
    /// Every platform that a shipped profile is of.
    pub fn shipped() -> Vec<Self> {
        Library::shipped().platforms().iter().map(Self::of).collect()
    }

    /// The platform of a profile.
    pub fn of(profile: &Profile) -> Self {
        Self { name: profile.plan.platform.clone(), manifests: profile.manifests.clone() }
    }
}

/// Takes over what the platform's own files say: those of the chosen platform, else of the only one that has any.
pub(super) fn read(look: &mut Look<'_>) -> Result<Decided, NotFound> {
    let mut present = present(look)?;
    let chosen = look.asked.platform.clone();
    let platforms: std::collections::BTreeSet<String> = present.iter().map(|file| file.platform.to_owned()).collect();
    let only = (platforms.len() == 1).then(|| platforms.iter().next().cloned()).flatten();
    // A Procfile, which is read as everybody's, is a platform's own file all the same.
    let has_own = |name: &String| {
        let of_it = look.asked.platforms.iter().filter(|platform| platform.name == *name);
        of_it.flat_map(|platform| platform.manifests.keys()).any(|file| look.folder.has(file))
    };
    let taken = chosen.filter(has_own).or(only);
    let others = present.extract_if(.., |file| Some(file.platform) != taken.as_deref()).collect::<Vec<_>>();
    for other in others {
        let done = "not taken over: the profile is of another platform, or of none yet";
        look.notice(Place::file(other.file), format!("a file for {}", other.platform), done);
    }
    let mut decided = Decided::default();
    for file in &present {
        take(look, file, &mut decided)?;
    }
    Ok(decided)
}

fn present<'a>(look: &Look<'a>) -> Result<Vec<Present<'a>>, NotFound> {
    let mut found = Vec::new();
    for platform in &look.asked.platforms {
        for (file, manifest) in &platform.manifests {
            let format = match manifest.format {
                ManifestFormat::Yaml => Format::Yaml,
                ManifestFormat::Toml => Format::Toml,
                ManifestFormat::Json => Format::Json,
                ManifestFormat::Procfile => continue,
            };
            let Some(text) = look.folder.text(file) else { continue };
            let document = Document::read(file, text, format)?;
            found.push(Present { platform: &platform.name, file, manifest, document });
        }
    }
    Ok(found)
}

fn take(look: &mut Look<'_>, file: &Present<'_>, decided: &mut Decided) -> Result<(), NotFound> {
    let Some(app) = app(look, file)? else {
        look.notice(Place::file(file.file), "no service that serves", "nothing is taken over from it");
        return Ok(());
    };
    let reading = Reading { manifest: file.manifest, document: &file.document, app };
    look.because(
        reading.document.place(&reading.app),
        format!("{}'s own file: what it says is taken over", file.platform),
    );
    look.taken.platform = Some(file.platform.to_owned());
    reading.root(look);
    reading.commands(look);
    reading.health(look);
    reading.port(look);
    reading.plan(look);
    reading.environment(look);
    reading.not_done(look);
    reading.decide(decided);
    Ok(())
}

/// The app in a platform's file: the only one, or the one that was asked for.
fn app<'d>(look: &Look<'_>, file: &'d Present<'_>) -> Result<Option<Found<'d>>, NotFound> {
    let root = file.document.root();
    let Some(path) = &file.manifest.service else { return Ok(Some(root)) };
    let mut apps = root.all(&crate::project::document::Path::read(path));
    let paths = file.manifest.places.get(&Role::Name);
    let name =
        |app: &Found<'_>| app.first(paths.into_iter().flatten()).and_then(|found| found.text()).unwrap_or_default();
    let asked = look.asked.service.as_ref();
    if let Some(at) = asked.and_then(|said| apps.iter().position(|app| name(app) == said.value)) {
        return Ok(Some(apps.swap_remove(at)));
    }
    if apps.len() < 2 {
        return Ok(apps.pop());
    }
    let told = apps.iter().map(|app| format!("`{}` ({})", name(app), file.document.place(app))).collect();
    Err(several_services(told, &apps.first().map(name).unwrap_or_default()))
}

/// Several services, with a way to choose.
pub(super) fn several_services(candidates: Vec<String>, first: &str) -> NotFound {
    let choose = format!("name one: `--service {first}`");
    NotFound::Several { what: "services", candidates, choose }
}

struct Reading<'a> {
    manifest: &'a Manifest,
    document: &'a Document,
    app: Found<'a>,
}

impl<'a> Reading<'a> {
    fn found(&self, role: Role) -> Option<Found<'a>> {
        self.app.first(self.manifest.places.get(&role)?)
    }

    fn text(&self, role: Role) -> Option<Said<String>> {
        let found = self.found(role)?;
        let text = found.text().filter(|text| !text.trim().is_empty())?;
        Some(Said::at(self.document.place(&found), text.trim().to_owned()))
    }

    fn decide(&self, decided: &mut Decided) {
        let marked = |marks: &[String]| marks.iter().any(|mark| self.app.is_marked(mark));
        let place = self.document.place(&self.app);
        decided.name = self.text(Role::Name).map(|said| said.value).or(decided.name.take());
        decided.image = self.text(Role::Image).or(decided.image.take());
        decided.context = self.text(Role::Context).map(|said| plain(&said.value)).or(decided.context.take());
        decided.dockerfile = self.text(Role::Dockerfile).or(decided.dockerfile.take());
        decided.sources = marked(&self.manifest.by_source).then_some(place).or(decided.sources.take());
    }

    fn root(&self, look: &mut Look<'_>) {
        let Some(said) = self.text(Role::Root) else { return };
        look.root = plain(&said.value);
        if !look.root.is_empty() {
            look.because(said.place.clone(), format!("the app stands in `{}`", look.root));
            look.taken.root = Some(Said::at(said.place, look.root.clone()));
        }
    }

    fn commands(&self, look: &mut Look<'_>) {
        if let Some(found) = self.found(Role::Command) {
            let words = found.texts().map(Command::Words);
            let line = || {
                found.text().filter(|line| !line.trim().is_empty()).map(|line| Command::Line(line.trim().to_owned()))
            };
            if let Some(command) = words.or_else(line) {
                let place = self.document.place(&found);
                look.because(place.clone(), "the command that starts it");
                look.taken.command = Some(Said::at(place, command));
            }
        }
        if let Some(said) = self.text(Role::BuildCommand) {
            look.because(said.place.clone(), "the command that builds it");
            look.taken.build_command = Some(said);
        }
    }

    fn health(&self, look: &mut Look<'_>) {
        if let Some(said) = self.text(Role::HealthPath) {
            look.because(said.place.clone(), format!("the health check asks `{}`", said.value));
            look.taken.health_path = Some(said);
        }
        let Some(said) = self.text(Role::InitialDelay) else { return };
        match delay(&said.value) {
            Some(delay) => look.taken.initial_delay = Some(Said::at(said.place, delay)),
            None => look.notice(said.place, format!("the delay `{}`", said.value), "not taken over: it is no time"),
        }
    }

    fn port(&self, look: &mut Look<'_>) {
        let Some(said) = self.text(Role::Port) else { return };
        match said.value.parse::<u16>().ok().filter(|port| *port > 0) {
            Some(port) => look.taken.port = Some(Said::at(said.place, port)),
            None => look.notice(said.place, format!("the port `{}`", said.value), "not taken over: it is no port"),
        }
    }

    fn plan(&self, look: &mut Look<'_>) {
        let Some(said) = self.text(Role::Plan) else { return };
        let known = self.manifest.plans.iter().find(|(word, _)| word.eq_ignore_ascii_case(&said.value));
        if let Some((_, profile)) = known {
            look.because(said.place.clone(), format!("its plan is `{}`: the profile `{profile}`", said.value));
            look.taken.profile = Some(profile.clone());
        } else {
            look.notice(said.place.clone(), format!("the plan `{}`", said.value), "emu has no profile of it");
        }
        look.taken.plan = Some(said);
    }

    fn environment(&self, look: &mut Look<'_>) {
        for path in &self.manifest.environment {
            for table in self.app.all(&crate::project::document::Path::read(path)) {
                let fields = table.fields().into_iter().map(|(name, entry)| (Some(name.to_owned()), entry));
                let listed = table.entries().into_iter().map(|entry| (self.name_of(&entry), entry));
                for (name, entry) in fields.chain(listed) {
                    self.variable(look, name, &entry);
                }
            }
        }
    }

    fn name_of(&self, entry: &Found<'_>) -> Option<String> {
        let (name, _) = self.manifest.variable.as_ref()?;
        entry.field(name)?.text()
    }

    fn variable(&self, look: &mut Look<'_>, name: Option<String>, entry: &Found<'_>) {
        let place = self.document.place(entry);
        let marked = |marks: &[String]| marks.iter().find(|mark| entry.is_marked(mark)).cloned();
        let value = self.manifest.variable.as_ref().map_or("value", |(_, value)| value.as_str());
        let elsewhere =
            self.manifest.elsewhere.iter().find_map(|mark| entry.first([mark]).and_then(|found| found.text()));
        let setting = match (marked(&self.manifest.asked), marked(&self.manifest.generated), elsewhere) {
            (_, _, Some(from)) => Setting::Elsewhere(from),
            (_, Some(_), _) => Setting::Generated,
            (Some(_), ..) => Setting::Asked,
            _ => match entry.text().or_else(|| entry.field(value)?.text()) {
                Some(value) => Setting::Value(value),
                None => Setting::Asked,
            },
        };
        match name.filter(|name| !name.is_empty() && !name.contains(['=', '\0'])) {
            Some(name) => drop(look.taken.environment.insert(name, Said::at(place, setting))),
            None => look.notice(place, "variables of a group", "not taken over: give them with `--env-file`"),
        }
    }

    fn not_done(&self, look: &mut Look<'_>) {
        let paths = self.manifest.places.get(&Role::NotDone).into_iter().flatten();
        for (path, found) in paths.filter_map(|path| Some((path, self.app.first([path])?))) {
            look.notice(self.document.place(&found), format!("`{path}`"), "not done by emu");
        }
    }
}

/// Seconds, or a time with its unit: `10s`, `1m`.
fn delay(text: &str) -> Option<Elapsed> {
    let minutes = text.strip_suffix('m').map(|number| format!("{number} min"));
    let seconds = text.parse::<u64>().ok().map(|number| format!("{number} s"));
    minutes.or(seconds).unwrap_or_else(|| text.to_owned()).parse().ok()
}
