use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use super::place::connect;
use super::question::{NotUnderstood, line, understand};
use super::{Answer, BackgroundError, Home, Name, Question, VERSION};

/// A supervisor that lives answers within this time, if it ever does.
const PATIENCE: Duration = Duration::from_secs(5);

/// Asks a supervisor, and returns its answer.
pub fn ask(home: &Home, name: &Name, question: Question) -> Result<Answer, BackgroundError> {
    // A stop takes as long as the app's grace, and a kill as long as the engine.
    let patience = (!matches!(question, Question::Stop | Question::Kill)).then_some(PATIENCE);
    let mut following = follow(home, name, question)?;
    following.stream.get_ref().set_read_timeout(patience).map_err(|error| silent(name, &error))?;
    following.next().unwrap_or_else(|| Err(silent(name, &"it hung up")))
}

/// Asks a supervisor, and hears what it has to say until it hangs up.
pub fn follow(home: &Home, name: &Name, question: Question) -> Result<Following, BackgroundError> {
    let asked = connect(&home.of(name)).and_then(|mut stream| {
        stream.write_all(line(question)?.as_bytes())?;
        Ok(stream)
    });
    let stream = asked.map_err(|error| silent(name, &error))?;
    Ok(Following { stream: BufReader::new(stream), name: name.clone() })
}

/// The answers of a supervisor, as they come. Ends when the supervisor does.
#[derive(Debug)]
pub struct Following {
    stream: BufReader<UnixStream>,
    name: Name,
}

impl Iterator for Following {
    type Item = Result<Answer, BackgroundError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut heard = String::new();
        match self.stream.read_line(&mut heard) {
            Ok(0) => None,
            Ok(_) => Some(understand(&heard).map_err(|error| self.foreign(error))),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                Some(Err(silent(&self.name, &format!("nothing was heard in {} s", PATIENCE.as_secs()))))
            }
            Err(error) => Some(Err(silent(&self.name, &error))),
        }
    }
}

impl Following {
    fn foreign(&self, error: NotUnderstood) -> BackgroundError {
        match error {
            NotUnderstood::Version(found) => {
                BackgroundError::OtherVersion { name: self.name.to_string(), found, expected: VERSION }
            }
            NotUnderstood::Broken(reason) => silent(&self.name, &format!("what it says is not understood: {reason}")),
        }
    }
}

fn silent(name: &Name, reason: &dyn std::fmt::Display) -> BackgroundError {
    BackgroundError::Silent { name: name.to_string(), reason: reason.to_string() }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    /// What is heard of a supervisor that answers with this, whatever it is asked.
    fn heard(answer: &'static str) -> Result<Answer, BackgroundError> {
        let folder = tempfile::tempdir().unwrap();
        let (home, name) = (Home::new(folder.path()), Name::new("shop").unwrap());
        let place = home.claim(&name).unwrap();
        let listener = place.listen().unwrap();
        let supervisor = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut asked = String::new();
            BufReader::new(&stream).read_line(&mut asked).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
        });
        let answer = ask(&home, &name, Question::Status);
        supervisor.join().unwrap();
        answer
    }

    #[test]
    fn a_supervisor_of_another_emu_is_told_from_one_that_is_silent() {
        let other = heard("{\"version\":9,\"sings\":true}\n");
        assert!(matches!(other, Err(BackgroundError::OtherVersion { found: 9, expected: VERSION, .. })), "{other:?}");
        let silent = heard("").unwrap_err().to_string();
        assert_eq!(silent, "the supervisor of `shop` does not answer: it hung up");
        let broken = heard("hello\n").unwrap_err().to_string();
        assert!(broken.contains("is not understood"), "{broken}");
        assert!(matches!(heard("{\"version\":1,\"says\":\"heard\"}\n"), Ok(Answer::Heard)));
    }
}
