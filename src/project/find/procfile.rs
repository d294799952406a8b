use super::view::Look;
use crate::project::{Command, Place, Said};

const FILE: &str = "Procfile";

/// Takes over what a Procfile says: the command of its process `web`.
pub(super) fn read(look: &mut Look<'_>) {
    let processes = processes(look.text(FILE).unwrap_or_default());
    for (line, name, command) in processes {
        let place = Place::line(look.path(FILE), line);
        if name == "web" && look.taken.command.is_none() {
            look.because(place.clone(), format!("the command of its process `web`: `{command}`"));
            look.taken.command = Some(Said::at(place, Command::Line(command)));
        } else if name == "web" {
            look.notice(place, format!("the process `{name}`"), "not run: another file names the command");
        } else {
            look.notice(place, format!("the process `{name}`"), "not run: emu runs the one that serves, `web`");
        }
    }
}

/// The processes: the line, the name and the command of each.
fn processes(text: &str) -> Vec<(u32, String, String)> {
    let process = |(number, line): (u32, &str)| {
        let (name, command) = line.split_once(':')?;
        let (name, command) = (name.trim(), command.trim());
        let is_name =
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        (is_name && !command.is_empty()).then(|| (number, name.to_owned(), command.to_owned()))
    };
    (1..).zip(text.lines()).filter_map(process).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn processes_are_read_by_their_names() {
        let read = |text: &str| {
            processes(text).into_iter().map(|(at, name, line)| format!("{at} {name} {line}")).collect::<Vec<_>>()
        };
        assert_eq!(
            read("web: gunicorn app:app --bind :$PORT\r\nworker : celery -A a\r\n"),
            ["1 web gunicorn app:app --bind :$PORT", "2 worker celery -A a"]
        );
        assert_eq!(read("# note: no\n\nweb:\nno name: x\n"), Vec::<String>::new());
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(?s).*") {
            processes(&text);
        }
    }
}
