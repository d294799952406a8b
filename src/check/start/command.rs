use super::super::paths::ending;
use super::line::{commands, fallback, variable};
use super::server::{Server, program, server};
use crate::project::{Command, Place};

/// A command that starts the app, and where it stands.
#[derive(Debug, Clone)]
pub(in crate::check) struct Start {
    /// Where.
    pub(in crate::check) place: Place,
    /// The words of the command that stays: the last of its line.
    pub(in crate::check) words: Vec<String>,
    /// The line as it is written.
    pub(in crate::check) line: String,
}

/// Where a server is told to listen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::check) enum Port {
    /// At this port.
    Number(u16),
    /// At the port in this variable, else at this one.
    Variable(String, Option<u16>),
    /// Told in a way that cannot be read here.
    Unclear,
}

impl Start {
    /// The last command of a line that starts a server, else the last command.
    pub(in crate::check) fn of(place: Place, command: &Command) -> Option<Self> {
        let (line, all) = match command {
            Command::Line(line) => (line.clone(), commands(line)),
            Command::Words(words) => (words.join(" "), unwrapped(words)),
        };
        let served = all.iter().rev().find(|words| server(words).is_some());
        let words = served.or_else(|| all.last())?.clone();
        Some(Self { place, words, line })
    }

    /// The server that it starts.
    pub(in crate::check) fn server(&self) -> Option<&'static Server> {
        server(&self.words).map(|(server, _)| server)
    }

    /// The script that it starts: `app.py` of `python app.py`.
    pub(in crate::check) fn script(&self) -> Option<&str> {
        let first = program(&self.words).first()?;
        (ending(first) == "py").then(|| first.trim_start_matches("./"))
    }

    /// The value of the first of these options, in whatever way it is written: `-p 80`, `-p80`, `--port=80`.
    pub(in crate::check) fn option(&self, names: &[&str]) -> Option<&str> {
        let (_, words) = server(&self.words)?;
        names.iter().find_map(|name| option(words, name))
    }

    /// The port that it is told, by an option.
    pub(in crate::check) fn port(&self) -> Option<Port> {
        let server = self.server()?;
        let both = || Some(self.option(server.both)?).map(|both| both.rsplit_once(':').map_or(both, |(_, port)| port));
        let unbraced = || {
            self.option(server.both)
                .filter(|both| both.contains("${"))
                .and_then(|both| both.split_once(':'))
                .map(|(_, port)| port)
        };
        self.option(server.port).or_else(unbraced).or_else(both).map(port)
    }

    /// The address that it is told, by an option.
    pub(in crate::check) fn address(&self) -> Option<&str> {
        let server = self.server()?;
        let both = || {
            Some(self.option(server.both)?.split_once(':').map_or("", |(address, _)| address))
                .filter(|address| !address.is_empty())
        };
        self.option(server.address).or_else(both)
    }
}

fn port(word: &str) -> Port {
    match (word.parse(), variable(word)) {
        (Ok(number), _) => Port::Number(number),
        (_, Some(name)) => Port::Variable(name.to_owned(), fallback(word).and_then(|port| port.parse().ok())),
        _ => Port::Unclear,
    }
}

/// The commands of exec form: of the line that a shell is given, where one is.
fn unwrapped(words: &[String]) -> Vec<Vec<String>> {
    match words {
        [shell, flag, line, ..] if shell.ends_with("sh") && flag.starts_with('-') && flag.ends_with('c') => {
            commands(line)
        }
        words => vec![words.to_vec()],
    }
}

fn option<'w>(words: &'w [String], name: &str) -> Option<&'w str> {
    if name.is_empty() {
        return words.iter().find(|word| !word.starts_with('-')).map(String::as_str);
    }
    let at = words.iter().position(|word| {
        word == name
            || word.strip_prefix(name).is_some_and(|rest| rest.starts_with('=') || is_short(name) && !rest.is_empty())
    })?;
    match words[at].strip_prefix(name) {
        Some("") => words.get(at + 1).map(String::as_str),
        rest => rest.map(|value| value.trim_start_matches('=')),
    }
}

fn is_short(name: &str) -> bool {
    name.len() == 2 && !name.starts_with("--")
}

/// Whether nobody outside can reach this address.
pub(in crate::check) fn is_loopback(address: &str) -> bool {
    let bare = address.trim_matches(['[', ']']);
    bare == "localhost" || bare == "::1" || bare.starts_with("127.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(line: &str) -> Start {
        Start::of(Place::line("Procfile", 1), &Command::Line(line.into())).unwrap()
    }

    #[test]
    fn where_a_server_listens_is_read_from_its_options() {
        let told = |line: &str| {
            let start = start(line);
            format!("{} {:?} {:?}", start.server().unwrap().name, start.address(), start.port())
        };
        assert_eq!(
            told("cd web && uvicorn main:app --host 0.0.0.0 --port $PORT"),
            "uvicorn Some(\"0.0.0.0\") Some(Variable(\"PORT\", None))"
        );
        assert_eq!(
            told("python3.12 -m gunicorn -b 127.0.0.1:${PORT:-80} a:b"),
            "gunicorn Some(\"127.0.0.1\") Some(Variable(\"PORT\", Some(80)))"
        );
        assert_eq!(told("gunicorn -w4 --bind=:8000 a:b"), "gunicorn None Some(Number(8000))");
        assert_eq!(told("uv run streamlit run app.py --server.port=8501"), "streamlit None Some(Number(8501))");
        assert_eq!(
            told("python manage.py runserver 0.0.0.0:8000"),
            "manage.py runserver Some(\"0.0.0.0\") Some(Number(8000))"
        );
        assert_eq!(told("A=1 exec flask run -h0.0.0.0"), "flask run Some(\"0.0.0.0\") None");
        assert_eq!(told("python -m http.server 80"), "http.server None Some(Number(80))");
    }

    #[test]
    fn a_shell_in_exec_form_is_looked_into_and_a_script_is_known() {
        let words: Vec<String> = ["sh", "-c", "exec uvicorn a:b --port 80"].map(str::to_owned).into();
        let found = Start::of(Place::file("Dockerfile"), &Command::Words(words)).unwrap();
        assert_eq!(found.port(), Some(Port::Number(80)));
        assert_eq!(start("python -u ./app.py --fast").script(), Some("app.py"));
        assert_eq!(start("node server.js").script(), None);
    }
}
