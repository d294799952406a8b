use std::io;

use serde::{Deserialize, Serialize};

use super::{Report, VERSION};
use crate::event::stored::StoredEvent;

/// What can be asked of a supervisor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Question {
    /// How does the app stand?
    Status,
    /// Stop it as its host would, and tell when that is done.
    Stop,
    /// Kill it at once, and tell when that is done.
    Kill,
    /// Restart it as the platform's own button does.
    Restart,
    /// Put it to sleep, as its platform does when nobody comes.
    Sleep,
    /// Wake it, as a visit does.
    Wake,
    /// Write this text down as a moment of the run.
    Mark(String),
    /// Tell what happened after this event, as far as it is kept, and hang up.
    Past {
        /// The number of the last event that is known; `None` for none.
        after: Option<u64>,
    },
    /// Tell what happens from now on, and of the past what came after this event.
    Follow {
        /// The number of the last event that is known; `None` for none.
        after: Option<u64>,
    },
    /// As [`Question::Follow`], with requests and counters among it.
    Watch {
        /// The number of the last event that is known; `None` for none.
        after: Option<u64>,
    },
}

/// What a supervisor answers.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// To [`Question::Status`].
    Status(Box<Report>),
    /// To [`Question::Restart`], [`Question::Sleep`], [`Question::Wake`] and [`Question::Mark`]: it was passed on.
    /// Also what an older supervisor says to a question that it does not know.
    Heard,
    /// To [`Question::Past`], [`Question::Follow`] and [`Question::Watch`]: one event, in its stored form.
    Event(StoredEvent),
    /// To [`Question::Follow`] and [`Question::Watch`]: so many events were told faster than they were read.
    Missed(u64),
    /// To [`Question::Stop`], [`Question::Kill`], [`Question::Follow`] and [`Question::Watch`]: the run is over, in
    /// this way. The last word.
    Over(String),
}

/// A line of the language: what is said, and in which version of it.
#[derive(Debug, Serialize, Deserialize)]
struct Said<T> {
    version: u32,
    says: T,
}

/// The version alone, which every version of the language has in the same place.
#[derive(Deserialize)]
struct Spoken {
    version: u32,
}

/// Why a line was not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NotUnderstood {
    /// It is of another version.
    Version(u32),
    /// It is no line of the language.
    Broken(String),
}

/// One line, with its end.
pub(super) fn line<T: Serialize>(says: T) -> io::Result<String> {
    let mut text = serde_json::to_string(&Said { version: VERSION, says })?;
    text.push('\n');
    Ok(text)
}

/// What a line says.
pub(super) fn understand<T: for<'t> Deserialize<'t>>(line: &str) -> Result<T, NotUnderstood> {
    let broken = |error: serde_json::Error| NotUnderstood::Broken(error.to_string());
    let Spoken { version } = serde_json::from_str(line).map_err(broken)?;
    if version != VERSION {
        return Err(NotUnderstood::Version(version));
    }
    serde_json::from_str::<Said<T>>(line).map(|said| said.says).map_err(broken)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::event::stored::encode;
    use crate::event::{Event, Kind};
    use crate::units::Elapsed;

    #[test]
    fn a_question_is_one_line_with_its_version() {
        let asked = line(Question::Follow { after: Some(7) }).unwrap();
        assert_eq!(asked, "{\"version\":1,\"says\":{\"follow\":{\"after\":7}}}\n");
        assert_eq!(understand(&asked), Ok(Question::Follow { after: Some(7) }));
    }

    #[test]
    fn a_mark_keeps_its_text_whatever_is_in_it() {
        let mark = Question::Mark("\"half\"\nfull".into());
        let asked = line(mark.clone()).unwrap();
        assert_eq!((asked.lines().count(), understand(&asked)), (1, Ok(mark)));
    }

    #[test]
    fn an_event_arrives_as_it_is_stored() {
        let event = Event { seq: 3, at: Elapsed::from_secs(2), kind: Kind::Platform { line: "a\nb".into() } };
        let told = line(Answer::Event(encode(&event))).unwrap();
        assert_eq!(told.lines().count(), 1);
        let Ok(Answer::Event(stored)) = understand(&told) else { panic!("{told}") };
        assert_eq!((stored.seq, stored.kind.as_str()), (3, "platform"));
        assert_eq!(stored.body.get(), encode(&event).body.get());
    }

    #[test]
    fn another_version_is_told_whatever_else_it_says() {
        let heard = understand::<Question>("{\"version\":9,\"sings\":true}");
        assert_eq!(heard, Err(NotUnderstood::Version(9)));
        assert!(matches!(understand::<Question>("{\"version\":1}"), Err(NotUnderstood::Broken(_))));
    }

    proptest! {
        #[test]
        fn any_line_is_understood_or_refused(text in ".*") {
            let _ = understand::<Question>(&text);
            let _ = understand::<Answer>(&text);
        }
    }
}
