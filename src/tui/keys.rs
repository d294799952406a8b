use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// What the keys are for at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Controls {
    /// A run that goes on: it can be told to do something.
    Run,
    /// Runs in the background, of which one is shown: they can be told to do something, and go on when nobody looks.
    Apps,
    /// A stored run, played again.
    Replay,
    /// The text of a mark is being typed.
    Asking,
}

/// What is wanted by a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    /// Restart the instance, as the platform's own button does.
    Restart,
    /// Put the app to sleep.
    Sleep,
    /// Wake the app.
    Wake,
    /// Ask for the text of a mark.
    Ask,
    /// Write what the run has come to so far into a file.
    Save,
    /// Give the log more room, or take it back.
    Log,
    /// Show the app before this one in the list.
    Previous,
    /// Show the app after this one in the list.
    Next,
    /// Show what the keys mean, or hide it.
    Help,
    /// Stop the run, or the replay; leave runs in the background.
    Quit,
    /// Hold the replay, or let it go on.
    Pause,
    /// Go back in the replay.
    Back,
    /// Go forward in the replay.
    Forward,
    /// One more character of the text.
    Type(char),
    /// Take the last character of the text away.
    Erase,
    /// The text is complete.
    Done,
    /// Forget the text, or close the help.
    Leave,
}

/// What is wanted by this key; `None` when it means nothing here.
pub fn intent(key: KeyEvent, controls: Controls) -> Option<Intent> {
    if key.kind == KeyEventKind::Release {
        return None;
    }
    if key.modifiers.contains(KeyModifiers::CONTROL) {
        return (key.code == KeyCode::Char('c')).then_some(Intent::Quit);
    }
    match controls {
        Controls::Asking => typed(key.code),
        Controls::Run => of_run(key.code).or_else(|| of_both(key.code)),
        Controls::Apps => of_apps(key.code).or_else(|| of_run(key.code)).or_else(|| of_both(key.code)),
        Controls::Replay => of_replay(key.code).or_else(|| of_both(key.code)),
    }
}

fn typed(code: KeyCode) -> Option<Intent> {
    match code {
        KeyCode::Char(letter) => Some(Intent::Type(letter)),
        KeyCode::Backspace => Some(Intent::Erase),
        KeyCode::Enter => Some(Intent::Done),
        KeyCode::Esc => Some(Intent::Leave),
        _ => None,
    }
}

fn of_run(code: KeyCode) -> Option<Intent> {
    match code {
        KeyCode::Char('r') => Some(Intent::Restart),
        KeyCode::Char('s') => Some(Intent::Sleep),
        KeyCode::Char('w') => Some(Intent::Wake),
        KeyCode::Char('m') => Some(Intent::Ask),
        _ => None,
    }
}

fn of_apps(code: KeyCode) -> Option<Intent> {
    match code {
        KeyCode::Up => Some(Intent::Previous),
        KeyCode::Down | KeyCode::Tab => Some(Intent::Next),
        _ => None,
    }
}

fn of_replay(code: KeyCode) -> Option<Intent> {
    match code {
        KeyCode::Char(' ') => Some(Intent::Pause),
        KeyCode::Left => Some(Intent::Back),
        KeyCode::Right => Some(Intent::Forward),
        _ => None,
    }
}

fn of_both(code: KeyCode) -> Option<Intent> {
    match code {
        KeyCode::Char('S') => Some(Intent::Save),
        KeyCode::Char('l') => Some(Intent::Log),
        KeyCode::Char('?' | 'h') => Some(Intent::Help),
        KeyCode::Char('q') => Some(Intent::Quit),
        KeyCode::Esc => Some(Intent::Leave),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(code: KeyCode) -> KeyEvent {
        KeyEvent::new(code, KeyModifiers::NONE)
    }

    #[test]
    fn a_letter_of_a_text_is_no_command() {
        assert_eq!(intent(plain(KeyCode::Char('r')), Controls::Run), Some(Intent::Restart));
        assert_eq!(intent(plain(KeyCode::Char('r')), Controls::Asking), Some(Intent::Type('r')));
        assert_eq!(intent(plain(KeyCode::Char('q')), Controls::Asking), Some(Intent::Type('q')));
    }

    #[test]
    fn a_stored_run_cannot_be_told_to_do_anything() {
        for letter in ['r', 's', 'w', 'm'] {
            assert_eq!(intent(plain(KeyCode::Char(letter)), Controls::Replay), None, "{letter}");
        }
        assert_eq!(intent(plain(KeyCode::Left), Controls::Replay), Some(Intent::Back));
        assert_eq!(intent(plain(KeyCode::Left), Controls::Run), None);
    }

    #[test]
    fn arrows_choose_where_there_is_a_choice() {
        assert_eq!(intent(plain(KeyCode::Down), Controls::Apps), Some(Intent::Next));
        assert_eq!(intent(plain(KeyCode::Up), Controls::Apps), Some(Intent::Previous));
        assert_eq!(intent(plain(KeyCode::Char('r')), Controls::Apps), Some(Intent::Restart));
        assert_eq!(intent(plain(KeyCode::Down), Controls::Run), None);
    }

    #[test]
    fn ctrl_c_stops_whatever_the_keys_are_for() {
        let key = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
        for controls in [Controls::Run, Controls::Apps, Controls::Replay, Controls::Asking] {
            assert_eq!(intent(key, controls), Some(Intent::Quit));
        }
    }

    #[test]
    fn a_key_counts_once_when_the_terminal_tells_its_release_as_well() {
        let released = KeyEvent { kind: KeyEventKind::Release, ..plain(KeyCode::Char('r')) };
        assert_eq!(intent(released, Controls::Run), None);
    }
}
