use super::{RestartArgs, find, home, not_running};
use crate::background::{self, Answer, Following, Question};
use crate::cli::{Exit, Failure, Printer, Surroundings};
use crate::event::stored::{Decoder, VERSION};
use crate::event::{Kind, State};
use crate::report::words;

/// Restarts an app in the background, and returns when it serves again.
pub(in crate::cli) fn run(args: &RestartArgs, printer: &Printer, surroundings: &Surroundings) -> Result<Exit, Failure> {
    let home = home(surroundings)?;
    let seen = find(&home, &args.name)?;
    if !seen.lives {
        return Err(not_running(&seen));
    }
    let name = &seen.name;
    // Before it is asked, so that nothing of what follows is missed.
    let following = background::follow(&home, name, Question::Follow { after: Some(u64::MAX) })?;
    background::ask(&home, name, Question::Restart)?;
    printer.progress(&format!("restarting `{name}`"));
    let back = wait(following);
    printer.clear_progress();
    match back? {
        Back::Serves => printer.say(&format!("`{name}` serves again")),
        Back::Not(why) => {
            return Err(Failure::new(Exit::NotStarted, format!("`{name}` did not come back: {why}"))
                .hint(format!("`emu logs {name} --since 5m` shows what it wrote")));
        }
    }
    Ok(Exit::Done)
}

/// What became of a restart.
enum Back {
    Serves,
    Not(String),
}

fn wait(following: Following) -> Result<Back, Failure> {
    let mut decoder = Decoder::new(VERSION).map_err(|_| Failure::mistake())?;
    for answer in following {
        let event = match answer? {
            Answer::Event(stored) => decoder.decode(&stored).ok().flatten(),
            Answer::Over(how) => return Ok(Back::Not(how)),
            _ => None,
        };
        match event.map(|event| event.kind) {
            Some(Kind::State { to: State::Serving, .. }) => return Ok(Back::Serves),
            Some(Kind::State { to: State::Backoff | State::Suspended, why, .. }) => {
                return Ok(Back::Not(words::why(&why).to_owned()));
            }
            _ => {}
        }
    }
    Ok(Back::Not("its supervisor ended".to_owned()))
}
