use super::calls::Source;
use super::sources;
use super::tokens::Token;
use crate::check::Subject;
use crate::project::Place;

/// Functions that write the file which their first argument names.
const WRITES: &[&str] =
    &["writeFile", "writeFileSync", "appendFile", "appendFileSync", "createWriteStream", "Database", "DatabaseSync"];

/// Files that the code writes, as far as it names them in plain text: the place and the path.
pub(in crate::check) fn written(subject: &Subject<'_>) -> Vec<(Place, String)> {
    let mut found = Vec::new();
    for source in &sources(subject) {
        for name in WRITES {
            let calls = source.calls(name);
            found.extend(calls.filter_map(|call| Some((source.place(call.line), call.text(0)?))));
        }
        for call in source.calls("multer") {
            let folders = Source::properties(call.inside, "dest").filter_map(|(_, token)| match token {
                Token::Text(path) => Some(path.clone()),
                _ => None,
            });
            found.extend(folders.map(|path| (source.place(call.line), path)));
        }
    }
    found
}
