//! From a chain of files to a profile: the pass of meaning.

use std::collections::BTreeMap;

use super::meaning;
use super::problem::{Pass, Problem, ProfileError};
use super::settings::{Missing, Settings};
use super::sheet::Sheet;
use super::{
    Answer, BootRules, BuildRules, CpuRules, DiskRules, HealthRules, LimitRules, LineKind, Manifest, MemoryRules, Plan,
    PortRules, ProcessRules, Profile, QuotaRules, RestartRules, RouterRules, SecretRules, ShutdownRules, SleepRules,
    Source, StartRules, WakeRules,
};

/// Lays the sheets over each other, the most general first, and checks what comes out.
/// `file` is the most particular one, which is blamed for what is missing.
pub(super) fn profile(id: &str, file: &str, sheets: &[(&str, &Sheet)]) -> Result<Profile, ProfileError> {
    let mut settings = Settings::default();
    let mut problems = Vec::new();
    for (_, sheet) in sheets {
        for (key, held) in &sheet.values {
            settings.put(key.clone(), held.clone());
        }
    }
    let sources = sources(sheets, &mut problems);
    finish(id, file, settings, sources, problems)
}

/// Checks settings against each other and reads the profile from them.
pub(super) fn finish(
    id: &str,
    file: &str,
    settings: Settings,
    sources: BTreeMap<String, Source>,
    mut problems: Vec<Problem>,
) -> Result<Profile, ProfileError> {
    problems.extend(meaning::unsourced(&settings, &sources));
    problems.extend(meaning::missing(file, &settings));
    let profile = read(id, settings, sources);
    match &profile {
        Ok(profile) => problems.extend(meaning::contradictions(file, profile)),
        Err(Missing(key)) if problems.is_empty() => problems.push(meaning::absent(file, key)),
        Err(_) => {}
    }
    match profile {
        Ok(profile) if problems.is_empty() => Ok(profile),
        _ => Err(ProfileError::Invalid { id: id.to_owned(), pass: Pass::Meaning, problems }),
    }
}

pub(super) fn read(id: &str, settings: Settings, sources: BTreeMap<String, Source>) -> Result<Profile, Missing> {
    Ok(Profile {
        plan: Plan::read(id, &settings)?,
        memory: MemoryRules::read(&settings)?,
        cpu: CpuRules::read(&settings)?,
        disk: DiskRules::read(&settings)?,
        limits: LimitRules::read(&settings)?,
        port: PortRules::read(&settings)?,
        start: StartRules::read(&settings)?,
        boot: BootRules::read(&settings)?,
        health: HealthRules::read(&settings)?,
        sleep: SleepRules::read(&settings)?,
        wake: WakeRules::read(&settings)?,
        router: RouterRules::read(&settings)?,
        answers: Answer::read_all(&settings)?,
        shutdown: ShutdownRules::read(&settings)?,
        restart: RestartRules::read(&settings)?,
        quota: QuotaRules::read(&settings)?,
        process: ProcessRules::read(&settings)?,
        environment: settings.texts("environment"),
        build: BuildRules::read(&settings)?,
        secrets: SecretRules::read(&settings)?,
        manifests: Manifest::read_all(&settings)?,
        lines: LineKind::read_all(&settings),
        settings,
        sources,
    })
}

/// The sources of all sheets. A name may stand for one source only, or a value of one file would
/// silently point to a source of another.
fn sources(sheets: &[(&str, &Sheet)], problems: &mut Vec<Problem>) -> BTreeMap<String, Source> {
    let mut known: BTreeMap<String, (Source, &str)> = BTreeMap::new();
    for (file, sheet) in sheets {
        for (name, (source, line)) in &sheet.sources {
            let earlier = known.insert(name.clone(), (source.clone(), file));
            let Some((_, other)) = earlier.filter(|(earlier, _)| earlier != source) else { continue };
            problems.push(Problem {
                file: (*file).to_owned(),
                line: Some(*line),
                key: super::key::join(&["sources", name]),
                found: format!("a second source of this name; the first is in `{other}`"),
                expected: "a name of its own for every source".into(),
                hint: None,
            });
        }
    }
    known.into_iter().map(|(name, (source, _))| (name, source)).collect()
}
