use super::{StopArgs, fate, find, home};
use crate::background::{self, Answer, Home, Question, Seen};
use crate::cli::{Exit, Failure, Printer, Surroundings};

/// Stops apps in the background, and forgets those that had ended.
pub(in crate::cli) fn run(args: &StopArgs, printer: &Printer, surroundings: &Surroundings) -> Result<Exit, Failure> {
    let home = home(surroundings)?;
    let wanted = if args.all { home.all()? } else { named(&home, &args.names)? };
    if wanted.is_empty() {
        printer.say("nothing runs in the background");
    }
    for seen in &wanted {
        let told = if seen.lives { stop(&home, seen, printer)? } else { buried(forget(&home, seen)?, seen) };
        printer.clear_progress();
        printer.say(&told);
    }
    Ok(Exit::Done)
}

/// All of them are found before the first one is stopped.
fn named(home: &Home, names: &[String]) -> Result<Vec<Seen>, Failure> {
    let mut wanted: Vec<Seen> = Vec::new();
    for name in names {
        let seen = find(home, name)?;
        if !wanted.iter().any(|other| other.name == seen.name) {
            wanted.push(seen);
        }
    }
    Ok(wanted)
}

fn stop(home: &Home, seen: &Seen, printer: &Printer) -> Result<String, Failure> {
    let name = &seen.name;
    printer.progress(&format!("stopping `{name}` as its host would"));
    match background::ask(home, name, Question::Stop) {
        Ok(Answer::Over(_)) => Ok(stopped(seen)),
        Ok(_) => Err(Failure::new(Exit::Mistake, format!("the supervisor of `{name}` does not say that it stopped"))),
        // It may have died under the question.
        Err(error) => match home.find(name)? {
            Some(again) if again.lives => Err(error.into()),
            Some(again) => forget(home, &again),
            None => Ok(stopped(seen)),
        },
    }
}

fn stopped(seen: &Seen) -> String {
    let run =
        seen.card.as_ref().map_or_else(String::new, |card| format!("; `emu runs show {}` shows its run", card.run));
    format!("stopped `{}`{run}", seen.name)
}

fn forget(home: &Home, seen: &Seen) -> Result<String, Failure> {
    home.forget(&seen.name)?;
    Ok(format!("forgot `{}`, which had ended: {}", seen.name, fate(seen)))
}

/// A supervisor that was killed may have left a container.
fn buried(told: String, seen: &Seen) -> String {
    let cut_off = seen.card.as_ref().is_some_and(|card| card.ended.is_none());
    if cut_off { format!("{told}; `emu clean` removes what it may have left") } else { told }
}

/// Forgets all that have ended, or says which those are; part of `emu clean`.
pub(in crate::cli) fn clean(dry_run: bool, printer: &Printer, surroundings: &Surroundings) -> Result<(), Failure> {
    let Ok(home) = home(surroundings) else { return Ok(()) };
    for seen in home.all()?.iter().filter(|seen| !seen.lives) {
        if dry_run {
            printer.say(&format!("`{}` would be forgotten, which had ended: {}", seen.name, fate(seen)));
        } else {
            printer.say(&forget(&home, seen)?);
        }
    }
    Ok(())
}
