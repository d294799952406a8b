/// A server that people start from the command line, and how it is told where to listen.
#[derive(Debug)]
pub(in crate::check) struct Server {
    /// Its name.
    pub(in crate::check) name: &'static str,
    /// The words that start it, the program first. More words of the same program come before fewer.
    words: &'static [&'static str],
    /// Options with a port.
    pub(in crate::check) port: &'static [&'static str],
    /// Options with an address.
    pub(in crate::check) address: &'static [&'static str],
    /// Options with `address:port`; an empty one stands for the first word that is no option.
    pub(in crate::check) both: &'static [&'static str],
    /// Where it listens unless told otherwise.
    pub(in crate::check) default: (&'static str, u16),
    /// Variables that stand for the options: of the port, of the address.
    pub(in crate::check) variables: (&'static str, &'static str),
    /// Whether it listens on all addresses at `PORT` where that is set and no option speaks.
    pub(in crate::check) reads_port: bool,
    /// Options with the number of its workers.
    pub(in crate::check) workers: &'static [&'static str],
}

const NONE: Server = Server {
    name: "",
    words: &[],
    port: &["--port"],
    address: &["--host"],
    both: &[],
    default: ("0.0.0.0", 0),
    variables: ("", ""),
    reads_port: false,
    workers: &[],
};

/// What servers do by themselves is in the manual of each.
const SERVERS: &[Server] = &[
    Server {
        name: "streamlit",
        words: &["streamlit", "run"],
        port: &["--server.port"],
        address: &["--server.address"],
        default: ("0.0.0.0", 8501),
        variables: ("STREAMLIT_SERVER_PORT", "STREAMLIT_SERVER_ADDRESS"),
        ..NONE
    },
    Server {
        name: "uvicorn",
        words: &["uvicorn"],
        default: ("127.0.0.1", 8000),
        variables: ("UVICORN_PORT", "UVICORN_HOST"),
        workers: &["--workers"],
        ..NONE
    },
    Server {
        name: "gunicorn",
        words: &["gunicorn"],
        port: &[],
        address: &[],
        both: &["--bind", "-b"],
        default: ("127.0.0.1", 8000),
        reads_port: true,
        workers: &["--workers", "-w"],
        ..NONE
    },
    Server {
        name: "hypercorn",
        words: &["hypercorn"],
        port: &[],
        address: &[],
        both: &["--bind", "-b"],
        default: ("127.0.0.1", 8000),
        workers: &["--workers", "-w"],
        ..NONE
    },
    Server {
        name: "flask run",
        words: &["flask", "run"],
        port: &["--port", "-p"],
        address: &["--host", "-h"],
        default: ("127.0.0.1", 5000),
        variables: ("FLASK_RUN_PORT", "FLASK_RUN_HOST"),
        ..NONE
    },
    Server { name: "fastapi dev", words: &["fastapi", "dev"], default: ("127.0.0.1", 8000), ..NONE },
    Server {
        name: "fastapi run",
        words: &["fastapi", "run"],
        default: ("0.0.0.0", 8000),
        workers: &["--workers"],
        ..NONE
    },
    Server { name: "waitress", words: &["waitress-serve"], both: &["--listen"], default: ("0.0.0.0", 8080), ..NONE },
    Server {
        name: "daphne",
        words: &["daphne"],
        port: &["-p", "--port"],
        address: &["-b", "--bind"],
        default: ("127.0.0.1", 8000),
        ..NONE
    },
    Server {
        name: "manage.py runserver",
        words: &["manage.py", "runserver"],
        port: &[],
        address: &[],
        both: &[""],
        default: ("127.0.0.1", 8000),
        ..NONE
    },
    Server {
        name: "http.server",
        words: &["http.server"],
        port: &[""],
        address: &["--bind", "-b"],
        default: ("0.0.0.0", 8000),
        ..NONE
    },
];

/// Words before a program that start it: `exec`, `uv run`, `python -m`.
const BEFORE: &[&str] = &[
    "exec",
    "env",
    "nohup",
    "tini",
    "dumb-init",
    "--",
    "uv",
    "poetry",
    "pipenv",
    "pdm",
    "hatch",
    "run",
    "python",
    "python3",
    "-m",
    "-u",
    "npx",
    "opentelemetry-instrument",
    "ddtrace-run",
];

/// The server that the words of a command start, and the words after it.
pub(in crate::check) fn server(words: &[String]) -> Option<(&'static Server, &[String])> {
    let words = program(words);
    let first = words.first()?;
    let name = first.rsplit('/').next().unwrap_or(first);
    let fits = |server: &&Server| {
        let mut expected = server.words.iter();
        expected.next() == Some(&name)
            && expected.zip(&words[1..]).all(|(expected, found)| expected == found)
            && words.len() >= server.words.len()
    };
    let server = SERVERS.iter().find(fits)?;
    Some((server, &words[server.words.len()..]))
}

/// The words from the program on, without what starts it and without variables in front of it.
pub(in crate::check) fn program(words: &[String]) -> &[String] {
    let is_before = |word: &String| {
        let version =
            word.strip_prefix("python").is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || c == '.'));
        let sets = word.split_once('=').is_some_and(|(name, _)| !name.starts_with('-') && !name.contains('/'));
        BEFORE.contains(&word.as_str()) || version || sets
    };
    let first = words.iter().position(|word| !is_before(word)).unwrap_or(words.len());
    &words[first..]
}
