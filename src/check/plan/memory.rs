use crate::check::{Check, Finding, Severity, Subject};

pub(in crate::check) const CHECK: Check = Check {
    id: "limits-above-plan",
    title: "the compose file allows more than the plan has",
    severity: Severity::Warning,
    looks_at: "limits of memory and CPU in the compose file, and the plan's",
    why: "What works under the limits of the compose file proves nothing about the plan.",
    needs_profile: true,
    documentation: "https://docs.docker.com/reference/compose-file/deploy/#resources",
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Finding> {
    let (Some(found), Some(profile)) = (subject.found, subject.profile) else { return Vec::new() };
    let limit = profile.memory.enforced();
    let memory = found.taken.memory.as_ref().filter(|said| said.value > limit).map(|said| {
        let told = format!("{} of memory are allowed, and the plan has {limit}", said.value);
        CHECK.finding(
            said.place.clone(),
            told,
            format!("Write `{limit}`, or try with `emu run --profile {}`.", profile.plan.id),
        )
    });
    let share = profile.cpu.share;
    let cpu = found.taken.cpu.as_ref().filter(|said| said.value > share).map(|said| {
        let told = format!("{} are allowed, and the plan has {share}", said.value);
        CHECK.finding(said.place.clone(), told, format!("Write `{}`.", share.cores())).only(Severity::Hint)
    });
    memory.into_iter().chain(cpu).collect()
}
