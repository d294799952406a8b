-- A comparison, or a search for the smallest plan, is many runs and the question they answer.
CREATE TABLE questions (
    id   TEXT PRIMARY KEY,
    body TEXT NOT NULL          -- JSON
) STRICT;

ALTER TABLE runs ADD COLUMN part_of TEXT;   -- the id of the question
ALTER TABLE runs ADD COLUMN arm TEXT;       -- which of the things compared
ALTER TABLE runs ADD COLUMN round INTEGER;  -- from one

CREATE INDEX runs_of_a_question ON runs (part_of) WHERE part_of IS NOT NULL;
