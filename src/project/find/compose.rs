use std::collections::BTreeMap;

use super::NotFound;
use super::manifest::several_services;
use super::view::{Look, plain};
use crate::project::document::{Document, Format, Found, Path};
use crate::project::{Command, Place, Recipe, Said, Setting};
use crate::units::{Memory, Millicores};

const FILES: &[&str] = &["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];
/// What is taken over; everything else is named and not done.
const TAKEN: &[&str] =
    &["image", "build", "environment", "env_file", "ports", "expose", "command", "mem_limit", "cpus", "deploy"];

/// The service of a compose file that is the app.
///
/// A service of an image that is there counts only where there is nothing to build: a database that runs
/// beside the app on a laptop is not the app.
pub(super) fn recipe(look: &mut Look<'_>, sources: bool) -> Result<Option<Recipe>, NotFound> {
    let Some(file) = FILES.iter().find(|file| look.folder.has(file)) else { return Ok(None) };
    let document = Document::read(file, look.folder.text(file).unwrap_or_default(), Format::Yaml)?;
    let root = document.root();
    let services = root.field("services").map(|services| services.fields()).unwrap_or_default();
    let chosen = choose(look, &document, &services, sources)?;
    for (name, service) in services.iter().filter(|(name, _)| chosen.as_ref().is_none_or(|(chosen, _)| chosen != name))
    {
        look.notice(document.place(service), format!("the service `{name}`"), "not started by emu");
    }
    let Some((name, service)) = chosen else { return Ok(None) };
    look.because(document.place(&service), format!("the service `{name}` of a compose file"));
    let reading = Reading { document: &document, service };
    reading.rest(look);
    Ok(reading.recipe(look))
}

type Service<'d> = (&'d str, Found<'d>);

fn choose<'d>(
    look: &Look<'_>,
    document: &Document,
    services: &[Service<'d>],
    sources: bool,
) -> Result<Option<Service<'d>>, NotFound> {
    let asked = look.asked.service.as_ref();
    if let Some(chosen) = asked.and_then(|said| services.iter().find(|(name, _)| *name == said.value)) {
        return Ok(Some(chosen.clone()));
    }
    let built: Vec<&Service<'d>> = services.iter().filter(|(_, service)| service.field("build").is_some()).collect();
    let candidates = if built.is_empty() && !sources { services.iter().collect() } else { built };
    match candidates.as_slice() {
        [] => Ok(None),
        [only] => Ok(Some((*only).clone())),
        [(first, _), ..] => {
            let told = candidates.iter().map(|(name, service)| format!("`{name}` ({})", document.place(service)));
            Err(several_services(told.collect(), first))
        }
    }
}

struct Reading<'d> {
    document: &'d Document,
    service: Found<'d>,
}

impl<'d> Reading<'d> {
    fn at(&self, path: &str) -> Option<Found<'d>> {
        self.service.all(&Path::read(path)).into_iter().find(|found| !found.value.is_null())
    }

    fn text(&self, path: &str) -> Option<Said<String>> {
        let found = self.at(path)?;
        Some(Said::at(self.document.place(&found), filled(&found.text()?)))
    }

    fn recipe(&self, look: &mut Look<'_>) -> Option<Recipe> {
        if let Some(build) = self.at("build") {
            let context =
                build.text().or_else(|| self.text("build.context").map(|said| said.value)).unwrap_or_default();
            let context = plain(&filled(&context));
            let dockerfile =
                self.text("build.dockerfile").map_or_else(|| "Dockerfile".into(), |said| plain(&said.value));
            let file = if context.is_empty() { dockerfile } else { format!("{context}/{dockerfile}") };
            let target = self.text("build.target").map(|said| said.value);
            return Some(Recipe::Dockerfile {
                file: Place::file(file),
                context,
                target,
                arguments: self.pairs("build.args"),
            });
        }
        let image = self.text("image")?;
        look.because(image.place.clone(), format!("the image `{}`", image.value));
        Some(Recipe::Image(image))
    }

    /// Everything but what it is made of.
    fn rest(&self, look: &mut Look<'_>) {
        if let Some(found) = self.at("command") {
            let words = found.texts().map(|words| Command::Words(words.iter().map(|word| filled(word)).collect()));
            if let Some(command) = words.or_else(|| Some(Command::Line(filled(&found.text()?)))) {
                look.taken.command = Some(Said::at(self.document.place(&found), command));
            }
        }
        self.environment(look);
        self.port(look);
        self.limits(look);
        for (name, found) in self.service.fields().iter().filter(|(name, _)| !TAKEN.contains(name)) {
            look.notice(self.document.place(found), format!("`{name}`"), "not done by emu");
        }
    }

    fn environment(&self, look: &mut Look<'_>) {
        let files =
            self.at("env_file").map(|found| found.texts().or_else(|| Some(vec![found.text()?])).unwrap_or_default());
        for file in files.unwrap_or_default().iter().map(|file| plain(file)) {
            let Some(text) = look.folder.text(&file) else {
                let place = self.at("env_file").map_or_else(|| Place::file(&file), |found| self.document.place(&found));
                look.notice(place, format!("the file `{file}`"), "not read: give it with `--env-file`");
                continue;
            };
            for (line, text) in (1..).zip(text.lines()) {
                let Some((name, value)) = text.trim().split_once('=').filter(|_| !text.trim().starts_with('#')) else {
                    continue;
                };
                let value = value.trim().trim_matches(['"', '\'']).to_owned();
                look.taken
                    .environment
                    .insert(name.trim().to_owned(), Said::at(Place::line(&file, line), Setting::Value(value)));
            }
        }
        let Some(found) = self.at("environment") else { return };
        let fields = found.fields().into_iter().map(|(name, entry)| (name.to_owned(), entry.text(), entry.clone()));
        let listed = found.entries().into_iter().filter_map(|entry| {
            let text = entry.text()?;
            let (name, value) = text.split_once('=').map_or((text.as_str(), None), |(name, value)| (name, Some(value)));
            Some((name.to_owned(), value.map(str::to_owned), entry.clone()))
        });
        for (name, value, entry) in fields.chain(listed) {
            let setting = value.map_or(Setting::Asked, |value| Setting::Value(filled(&value)));
            look.taken.environment.insert(name, Said::at(self.document.place(&entry), setting));
        }
    }

    /// The port inside: of `8000:80`, `127.0.0.1:8000:80/tcp`, `80`, or `target: 80`.
    fn port(&self, look: &mut Look<'_>) {
        let Some(found) = self.at("ports[]").or_else(|| self.at("expose[]")) else { return };
        let text = found.text().or_else(|| found.field("target")?.text()).map(|text| filled(&text)).unwrap_or_default();
        let inside = text.split('/').next().unwrap_or_default().rsplit(':').next().unwrap_or_default();
        let place = self.document.place(&found);
        match inside.parse::<u16>().ok().filter(|port| *port > 0) {
            Some(port) => look.taken.port = Some(Said::at(place, port)),
            None => look.notice(place, format!("the port `{text}`"), "not taken over: it is no port"),
        }
    }

    fn limits(&self, look: &mut Look<'_>) {
        if let Some(said) = self.text("mem_limit").or_else(|| self.text("deploy.resources.limits.memory")) {
            match memory(&said.value) {
                Some(memory) => look.taken.memory = Some(Said::at(said.place, memory)),
                None => look.notice(said.place, format!("the limit `{}`", said.value), "not compared: it is no size"),
            }
        }
        let Some(said) = self.text("cpus").or_else(|| self.text("deploy.resources.limits.cpus")) else { return };
        match format!("{} CPU", said.value).parse::<Millicores>() {
            Ok(cpu) => look.taken.cpu = Some(Said::at(said.place, cpu)),
            Err(_) => {
                look.notice(said.place, format!("the limit `{}`", said.value), "not compared: it is no number of CPUs");
            }
        }
    }

    fn pairs(&self, path: &str) -> BTreeMap<String, String> {
        let Some(found) = self.at(path) else { return BTreeMap::new() };
        let fields = found.fields().into_iter().filter_map(|(name, entry)| Some((name.to_owned(), entry.text()?)));
        let listed = found.entries().into_iter().filter_map(|entry| {
            let text = entry.text()?;
            text.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()))
        });
        fields.chain(listed).map(|(name, value)| (name, filled(&value))).collect()
    }
}

/// `${NAME:-value}` as its value: variables of the shell are nobody's promise on a platform.
fn filled(text: &str) -> String {
    let Some((before, rest)) = text.split_once("${") else { return text.to_owned() };
    let Some((inside, after)) = rest.split_once('}') else { return text.to_owned() };
    let value = inside.split_once(":-").or_else(|| inside.split_once('-')).map_or("", |(_, value)| value);
    format!("{before}{value}{}", filled(after))
}

/// A size as compose writes it: units are powers of 1024, with or without `b`.
fn memory(text: &str) -> Option<Memory> {
    let lower = text.trim().to_ascii_lowercase();
    let plain = lower.strip_suffix("ib").or_else(|| lower.strip_suffix('b')).unwrap_or(&lower);
    let at = plain.find(|letter: char| letter.is_ascii_alphabetic()).unwrap_or(plain.len());
    let (number, unit) = plain.split_at(at);
    let unit = match unit {
        "" => "B",
        "k" => "KiB",
        "m" => "MiB",
        "g" => "GiB",
        _ => return None,
    };
    format!("{} {unit}", number.trim()).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_variables_are_read_as_compose_writes_them() {
        let bytes = |text: &str| memory(text).map(Memory::bytes);
        assert_eq!((bytes("512m"), bytes("1gb"), bytes("64MiB")), (Some(512 << 20), Some(1 << 30), Some(64 << 20)));
        assert_eq!((bytes("1024"), bytes("lots"), bytes("")), (Some(1024), None, None));
        assert_eq!(
            (filled("${PORT:-80}:80"), filled("a${B}c${D-e}"), filled("${x")),
            ("80:80".into(), "ace".into(), "${x".into())
        );
    }
}
