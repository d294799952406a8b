//! What a folder is, said aloud.

use crate::cli::Printer;
use crate::profile::Profile;
use crate::project::Found;

/// What it is and why; what of it is not done; where its own files and the plan differ.
pub(super) fn introduce(found: &Found, profiles: &[&Profile], printer: &Printer) {
    printer.say(&format!("{}, by its own files:", found.name));
    let width = found.because.iter().map(|because| because.place.to_string().len()).max().unwrap_or(0).min(40);
    for because in &found.because {
        printer.say(&format!("  {:width$}  {}", because.place.to_string(), because.what));
    }
    for notice in &found.notices {
        printer.say(&format!("  note: {}: {}: {}", notice.place, notice.found, notice.done));
    }
    for line in differences(found, profiles) {
        printer.say(&format!("  note: {line}"));
    }
}

fn differences(found: &Found, profiles: &[&Profile]) -> Vec<String> {
    let taken = &found.taken;
    let mut lines = Vec::new();
    if let (Some(plan), Some(named)) = (&taken.plan, &taken.profile)
        && profiles.iter().all(|profile| profile.plan.id != *named)
    {
        let run: Vec<String> = profiles.iter().map(|profile| format!("`{}`", profile.plan.id)).collect();
        lines.push(format!(
            "{} names the plan `{}` (`{named}`), and this is {}",
            plan.place,
            plan.value,
            run.join(", ")
        ));
    }
    for profile in profiles {
        let plan = &profile.plan.id;
        if let Some(memory) = taken.memory.as_ref().filter(|memory| memory.value != profile.memory.limit) {
            let limit = profile.memory.limit;
            lines.push(format!("{} allows {}; the limit of `{plan}` holds, {limit}", memory.place, memory.value));
        }
        if let Some(cpu) = taken.cpu.as_ref().filter(|cpu| cpu.value != profile.cpu.share) {
            let share = profile.cpu.share;
            lines.push(format!("{} allows {}; the share of `{plan}` holds, {share}", cpu.place, cpu.value));
        }
    }
    lines
}
