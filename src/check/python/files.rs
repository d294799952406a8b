use super::source::{Call, Source, Value};
use super::sources;
use crate::check::Subject;
use crate::project::Place;
use crate::units::Memory;

/// Methods that write the file which their first argument names.
const WRITES: &[&str] = &[
    "sqlite3.connect",
    "aiosqlite.connect",
    "shelve.open",
    "numpy.save",
    "numpy.savetxt",
    "numpy.savez",
    "pickledb.load",
    "tinydb.TinyDB",
    "lmdb.open",
];

/// The same, of whatever they belong to.
const METHODS: &[&str] = &[
    "to_csv",
    "to_excel",
    "to_parquet",
    "to_feather",
    "to_pickle",
    "to_json",
    "to_hdf",
    "savefig",
    "write_csv",
    "write_parquet",
    "write_html",
    "write_image",
    "to_html",
];

/// Names of settings that hold a folder or a database.
const SETTINGS: &[&str] = &["UPLOAD_FOLDER", "UPLOAD_DIR", "MEDIA_ROOT"];

/// Files that the code writes, as far as it names them in plain text: the place and the path.
pub(in crate::check) fn written(subject: &Subject<'_>) -> Vec<(Place, String)> {
    sources(subject).flat_map(of_source).collect()
}

fn of_source(source: &Source) -> Vec<(Place, String)> {
    let calls = source.calls.iter().filter_map(|call| Some((source.place(call.line), by_call(call)?)));
    let settings = source.assigns.iter().filter(|assign| SETTINGS.contains(&assign.name.as_str()));
    let settings = settings.filter_map(|assign| Some((source.place(assign.line), assign.value.text()?.to_owned())));
    let databases = source.texts.iter().filter_map(|(line, text)| Some((source.place(*line), database(text)?)));
    calls.chain(settings).chain(databases).collect()
}

fn by_call(call: &Call) -> Option<String> {
    let method = call.name.rsplit('.').next().unwrap_or(&call.name);
    let opens = || {
        matches!(call.name.as_str(), "open" | "io.open" | "codecs.open" | "aiofiles.open" | "gzip.open") && writes(call)
    };
    let dumps = matches!(call.name.as_str(), "joblib.dump").then_some(1);
    let at = match () {
        () if WRITES.contains(&call.name.as_str()) || opens() => 0,
        () if METHODS.contains(&method) && call.name.contains('.') => 0,
        () => dumps?,
    };
    call.positional(at).and_then(Value::text).map(str::to_owned)
}

/// Limits on requests that the code sets: the place and the limit.
pub(in crate::check) fn upload_limits(subject: &Subject<'_>) -> Vec<(Place, Memory)> {
    let names = ["MAX_CONTENT_LENGTH", "DATA_UPLOAD_MAX_MEMORY_SIZE"];
    let of_source = |source: &Source| {
        let set = source.assigns.iter().filter(|assign| names.contains(&assign.name.as_str()));
        let told = set.filter_map(|assign| match assign.value {
            Value::Number(bytes) => Some((source.place(assign.line), Memory::from_bytes(u64::try_from(bytes).ok()?))),
            _ => None,
        });
        told.collect::<Vec<_>>()
    };
    sources(subject).flat_map(of_source).collect()
}

/// Whether a file is opened for writing: `open("a", "w")`.
fn writes(call: &Call) -> bool {
    let mode = call.positional(1).or_else(|| call.keyword("mode")).and_then(Value::text);
    mode.is_some_and(|mode| mode.contains(['w', 'a', 'x', '+']))
}

/// The file of a database's address: `sqlite:///shop.db`. Four strokes begin an absolute path.
fn database(text: &str) -> Option<String> {
    let (kind, path) = text.split_once(":///")?;
    let sqlite = kind.starts_with("sqlite") && !path.contains(' ');
    (sqlite && !path.is_empty() && !path.starts_with(':')).then(|| path.to_owned())
}
