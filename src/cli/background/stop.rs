use tokio::runtime::Builder;
use tokio::sync::mpsc::unbounded_channel;
use tokio::task::JoinSet;

use super::{StopArgs, fate, find, home};
use crate::background::{self, Answer, BackgroundError, Card, Home, Question, Seen};
use crate::cli::run::no_runtime;
use crate::cli::signals::Interrupts;
use crate::cli::{Exit, Failure, Printer, Surroundings, engine};

/// Stops apps in the background, all at the same time, and forgets those that had ended.
pub(in crate::cli) fn run(args: &StopArgs, printer: &Printer, surroundings: &Surroundings) -> Result<Exit, Failure> {
    let home = home(surroundings)?;
    let wanted = if args.all { home.all()? } else { named(&home, &args.names)? };
    if wanted.is_empty() {
        printer.say("nothing runs in the background");
    }
    let (living, dead): (Vec<Seen>, Vec<Seen>) = wanted.into_iter().partition(|seen| seen.lives);
    let question = if args.kill { Question::Kill } else { Question::Stop };
    let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| no_runtime(&error))?;
    let exit = runtime.block_on(async {
        let mut stopping = Stopping { home: &home, printer, asked: JoinSet::new(), dead };
        let exit = stopping.end(living, question).await;
        bury(&stopping, surroundings).await?;
        exit
    });
    // One that nobody waits for any more goes on by itself.
    runtime.shutdown_background();
    exit
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

/// Apps that were asked to end, until the last one says that it has.
struct Stopping<'s> {
    home: &'s Home,
    printer: &'s Printer,
    asked: JoinSet<(Seen, Result<Answer, BackgroundError>)>,
    /// Those that had ended before, or died under the question.
    dead: Vec<Seen>,
}

impl Stopping<'_> {
    /// Asks all of them. The first Ctrl-C kills those that are left, the second one leaves them.
    async fn end(&mut self, mut living: Vec<Seen>, question: Question) -> Result<Exit, Failure> {
        let (interrupt, mut interrupted) = unbounded_channel();
        Interrupts::listen(interrupt).map_err(|error| no_runtime(&error))?;
        self.ask(&living, &question);
        let (mut interrupts, mut outcome) = (0, Ok(Exit::Done));
        while !living.is_empty() {
            self.waiting(&living);
            tokio::select! {
                Some(Ok((seen, answer))) = self.asked.join_next() => {
                    // One that was asked twice answers twice.
                    let before = living.len();
                    living.retain(|other| other.name != seen.name);
                    if living.len() < before {
                        outcome = self.told(&seen, answer).and(outcome);
                    }
                }
                Some(_) = interrupted.recv() => {
                    interrupts += 1;
                    if interrupts > 1 {
                        return Err(left(&living));
                    }
                    self.say(&format!("interrupted: {} killed", are(&living)));
                    self.ask(&living, &Question::Kill);
                }
            }
        }
        self.printer.clear_progress();
        if interrupts > 0 { outcome.map(|_| Exit::Interrupted) } else { outcome }
    }

    fn ask(&mut self, living: &[Seen], question: &Question) {
        for seen in living {
            let (home, seen, question) = (self.home.clone(), seen.clone(), question.clone());
            self.asked.spawn_blocking(move || {
                let answer = background::ask(&home, &seen.name, question);
                (seen, answer)
            });
        }
    }

    fn waiting(&self, living: &[Seen]) {
        self.printer.progress(&format!("{} stopped as the host would; Ctrl-C kills", are(living)));
    }

    /// What a supervisor says of its end. One that says nothing may have died under the question.
    fn told(&mut self, seen: &Seen, answer: Result<Answer, BackgroundError>) -> Result<Exit, Failure> {
        let name = &seen.name;
        let silent = match answer {
            Ok(Answer::Over(_)) => None,
            Ok(_) => {
                let what = format!("the supervisor of `{name}` does not say that it stopped");
                return Err(Failure::new(Exit::Mistake, what));
            }
            Err(error) => Some(error),
        };
        if let Some(error) = silent {
            seen.card.iter().for_each(Card::wait_for_end);
            match self.home.find(name)? {
                Some(again) if again.lives => return Err(error.into()),
                Some(again) => {
                    self.dead.push(again);
                    return Ok(Exit::Done);
                }
                None => {}
            }
        }
        self.say(&stopped(seen));
        Ok(Exit::Done)
    }

    fn say(&self, text: &str) {
        self.printer.clear_progress();
        self.printer.say(text);
    }
}

/// `` `one` and `two` are ``
fn are(apps: &[Seen]) -> String {
    let names: Vec<String> = apps.iter().map(|seen| format!("`{}`", seen.name)).collect();
    match names.as_slice() {
        [one] => format!("{one} is"),
        [others @ .., last] => format!("{} and {last} are", others.join(", ")),
        [] => String::new(),
    }
}

fn left(living: &[Seen]) -> Failure {
    let what = format!("left without waiting: {} still being killed", are(living));
    Failure::new(Exit::Interrupted, what).hint("`emu status` shows what is left")
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

/// Of one whose supervisor was killed, so that nobody took leave of what it ran.
fn cut_off(seen: &Seen) -> Option<&Card> {
    seen.card.as_ref().filter(|card| card.ended.is_none())
}

/// Forgets those that have ended, and removes what is left of those that were killed.
async fn bury(stopping: &Stopping<'_>, surroundings: &Surroundings) -> Result<(), Failure> {
    let (dead, printer) = (&stopping.dead, stopping.printer);
    let cut_off: Vec<&Card> = dead.iter().filter_map(cut_off).collect();
    for seen in dead {
        printer.say(&forget(stopping.home, seen)?);
    }
    if !cut_off.is_empty() {
        cut_off.into_iter().for_each(Card::wait_for_end);
        sweep(printer, surroundings).await;
    }
    Ok(())
}

/// Removes what supervisors left that were killed.
async fn sweep(printer: &Printer, surroundings: &Surroundings) {
    for engine in engine::present(surroundings).await {
        match engine.sweep().await {
            Ok(found) if found.is_empty() => {}
            Ok(found) => printer.say(&format!("removed {} that dead runs had left", engine::instances(found.len()))),
            Err(error) => {
                let reason = engine::in_short(&error);
                printer.warn(&format!("what it may have left is not removed: {reason}; `emu clean` tries again"));
            }
        }
    }
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
