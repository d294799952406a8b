use super::source::{Call, Source, Value};
use super::{script, sources};
use crate::check::Subject;
use crate::check::start::{is_given, is_loopback};
use crate::project::Place;

/// A server that code starts, and how its call is told where to listen.
struct Server {
    /// What the call ends in.
    name: &'static str,
    /// The module that must be imported for it to be this server.
    module: &'static str,
    /// The keywords of the address and of the port.
    keywords: (&'static str, &'static str),
    /// Where it listens unless told otherwise.
    default: (&'static str, u16),
    /// The variables that stand for the keywords.
    variables: (&'static str, &'static str),
}

/// What servers do by themselves is in the manual of each.
const SERVERS: &[Server] = &[
    Server {
        name: "uvicorn.run",
        module: "uvicorn",
        keywords: ("host", "port"),
        default: ("127.0.0.1", 8000),
        variables: ("", ""),
    },
    Server {
        name: "launch",
        module: "gradio",
        keywords: ("server_name", "server_port"),
        default: ("127.0.0.1", 7860),
        variables: ("GRADIO_SERVER_NAME", "GRADIO_SERVER_PORT"),
    },
    Server {
        name: "run",
        module: "flask",
        keywords: ("host", "port"),
        default: ("127.0.0.1", 5000),
        variables: ("", ""),
    },
    Server {
        name: "run",
        module: "dash",
        keywords: ("host", "port"),
        default: ("127.0.0.1", 8050),
        variables: ("HOST", "PORT"),
    },
    Server {
        name: "run_server",
        module: "dash",
        keywords: ("host", "port"),
        default: ("127.0.0.1", 8050),
        variables: ("HOST", "PORT"),
    },
    Server {
        name: "waitress.serve",
        module: "waitress",
        keywords: ("host", "port"),
        default: ("0.0.0.0", 8080),
        variables: ("", ""),
    },
];

/// Where the script that is started, or gunicorn's own file, names an address that no visitor reaches: the
/// place and how.
pub(in crate::check) fn bind(subject: &Subject<'_>) -> Vec<(Place, String)> {
    let file = bound(subject)
        .filter(|(_, _, address)| is_loopback(address.rsplit_once(':').map_or(address, |(host, _)| host)));
    let file =
        file.map(|(source, line, address)| (source.place(line), format!("gunicorn is told to listen on `{address}`")));
    let code = servers(subject)
        .filter_map(|(source, server, call)| Some((source.place(call.line), loopback(subject, server, call)?)));
    file.chain(code).collect()
}

fn loopback(subject: &Subject<'_>, server: &Server, call: &Call) -> Option<String> {
    match call.keyword(server.keywords.0) {
        Some(Value::Text(address)) if is_loopback(address) => {
            Some(format!("`{}` is told to listen on `{address}`", call.name))
        }
        None if is_loopback(server.default.0) && !is_given(subject, server.variables.0) => Some(format!(
            "`{}` listens on {} unless it is told otherwise: `{}=\"0.0.0.0\"`",
            call.name, server.default.0, server.keywords.0
        )),
        _ => None,
    }
}

/// Where the script that is started, or gunicorn's own file, fixes a port: the place and the port.
pub(in crate::check) fn port(subject: &Subject<'_>) -> Vec<(Place, u16)> {
    let file = bound(subject)
        .filter_map(|(source, line, address)| Some((source.place(line), address.rsplit_once(':')?.1.parse().ok()?)));
    let code = servers(subject).filter_map(|(source, server, call)| {
        let port = match call.keyword(server.keywords.1) {
            Some(Value::Number(port)) => u16::try_from(*port).ok()?,
            None if !is_given(subject, server.variables.1) => server.default.1,
            _ => return None,
        };
        Some((source.place(call.line), port))
    });
    file.chain(code).collect()
}

/// The addresses that gunicorn's own file binds.
fn bound<'s>(subject: &'s Subject<'_>) -> impl Iterator<Item = (&'s Source, u32, &'s str)> {
    let files = sources(subject).filter(|source| source.path.ends_with("gunicorn.conf.py"));
    files.flat_map(|source| {
        let binds = source.assigns.iter().filter(|assign| assign.name == "bind");
        binds.filter_map(move |assign| Some((source, assign.line, assign.value.text()?)))
    })
}

fn servers<'s>(subject: &'s Subject<'_>) -> impl Iterator<Item = (&'s Source, &'static Server, &'s Call)> {
    let calls = script(subject).into_iter().flat_map(|source| source.calls.iter().map(move |call| (source, call)));
    calls.filter_map(|(source, call)| {
        let fits = |server: &&Server| {
            let named = call.name == server.name
                || !server.name.contains('.') && call.name.ends_with(&format!(".{}", server.name));
            named && source.imports_module(server.module)
        };
        SERVERS.iter().find(fits).map(|server| (source, server, call))
    })
}

/// Where the code counts the cores of the host.
pub(in crate::check) fn workers(subject: &Subject<'_>) -> Vec<Place> {
    let given = is_given(subject, "WEB_CONCURRENCY");
    let mut found = Vec::new();
    for source in sources(subject) {
        let counts = source.calls.iter().filter(|call| call.name.ends_with("cpu_count"));
        let asks = |line: u32| source.line(subject.folder, line).is_some_and(|text| text.contains("WEB_CONCURRENCY"));
        found.extend(counts.filter(|call| !(given && asks(call.line))).map(|call| source.place(call.line)));
    }
    found.dedup();
    found
}
