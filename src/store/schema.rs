use std::fs;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};

use super::StoreError;

/// How long a writer waits for another one before it says that the file is locked.
const PATIENCE: Duration = Duration::from_secs(2);

/// The steps from an empty file to the newest schema. A step is never changed once released; its
/// place in the list is the version it leads to.
const STEPS: &[&str] = &[include_str!("schema/1.sql"), include_str!("schema/2.sql")];

/// Opens the file, makes it where there is none, and brings its schema up to date.
pub(super) fn open(path: &Path) -> Result<Connection, StoreError> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| refused(path, &error.to_string()))?;
    }
    let mut db = Connection::open(path).map_err(|error| refused(path, &error.to_string()))?;
    prepare(&mut db).map_err(|error| refused(path, &error.to_string()))?;
    match migrate(&mut db) {
        Ok(found) if found > newest() => Err(StoreError::Newer { path: path.to_owned(), found, known: newest() }),
        Ok(_) => Ok(db),
        Err(reason) => Err(StoreError::Database { path: path.to_owned(), reason }),
    }
}

/// In write-ahead mode `NORMAL` loses nothing when a process dies; only a power cut may cost the last moments.
fn prepare(db: &mut Connection) -> rusqlite::Result<()> {
    db.busy_timeout(PATIENCE)?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "NORMAL")?;
    db.pragma_update(None, "foreign_keys", true)?;
    db.set_prepared_statement_cache_capacity(32);
    Ok(())
}

/// Applies the steps that the file lacks, and returns the version it has afterwards.
fn migrate(db: &mut Connection) -> rusqlite::Result<i64> {
    if version(db)? >= newest() {
        return version(db);
    }
    // Two processes may find the same old file: the second one waits here, and finds nothing to do.
    let change = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let done = usize::try_from(version(&change)?).unwrap_or(0);
    for step in STEPS.iter().skip(done) {
        change.execute_batch(step)?;
    }
    change.pragma_update(None, "user_version", version(&change)?.max(newest()))?;
    change.commit()?;
    version(db)
}

fn version(db: &Connection) -> rusqlite::Result<i64> {
    db.pragma_query_value(None, "user_version", |row| row.get(0))
}

fn newest() -> i64 {
    i64::try_from(STEPS.len()).unwrap_or(i64::MAX)
}

fn refused(path: &Path, reason: &str) -> StoreError {
    StoreError::Open { path: path.to_owned(), reason: reason.to_owned() }
}
