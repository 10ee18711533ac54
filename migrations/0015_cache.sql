-- What engines did, counted by the hour. Isolates add what they counted every half minute; nothing in it is of a person.
CREATE TABLE engine_counts (
  hour INTEGER NOT NULL,            -- hours since 1970
  engine TEXT NOT NULL,
  measure TEXT NOT NULL,            -- oracle::counts
  count INTEGER NOT NULL,
  PRIMARY KEY (hour, engine, measure)
) STRICT, WITHOUT ROWID;

-- Which cached results are no longer believed: those with the tag that were made at that moment or before. The record;
-- isolates read a copy in KV. Tags name engines, versions, dates, or a result by its pseudonym, never a person.
CREATE TABLE cache_marks (
  tag TEXT PRIMARY KEY,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX cache_marks_by_at ON cache_marks (at);
