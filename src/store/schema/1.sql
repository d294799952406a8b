CREATE TABLE runs (
    key         INTEGER PRIMARY KEY,
    id          TEXT NOT NULL UNIQUE,
    name        TEXT,
    started     TEXT NOT NULL,  -- RFC 3339
    profile     TEXT NOT NULL,
    app         TEXT NOT NULL,
    finish      TEXT,           -- JSON; absent while the run goes on, and after it was cut off
    emu_version TEXT NOT NULL,
    format      TEXT NOT NULL,  -- version of the stored form of its events
    length_us   INTEGER NOT NULL DEFAULT 0,
    events      INTEGER NOT NULL DEFAULT 0,
    peak_bytes  INTEGER,
    kills       INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE events (
    run   INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
    seq   INTEGER NOT NULL,
    at_us INTEGER NOT NULL,
    kind  TEXT NOT NULL,
    body  TEXT NOT NULL,        -- JSON
    PRIMARY KEY (run, seq)
) STRICT, WITHOUT ROWID;

-- Events are facts: they are added, and they go only with their whole run.
CREATE TRIGGER events_never_change BEFORE UPDATE ON events
BEGIN
    SELECT RAISE(ABORT, 'events are never changed');
END;

CREATE TRIGGER events_go_with_their_run BEFORE DELETE ON events
WHEN EXISTS (SELECT 1 FROM runs WHERE key = OLD.run)
BEGIN
    SELECT RAISE(ABORT, 'events are removed only with their run');
END;
