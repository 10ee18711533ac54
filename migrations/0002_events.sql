-- The one change log, and the record of requests that may be repeated.
CREATE TABLE events (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL,
  seq INTEGER NOT NULL,           -- gapless for each user, assigned inside the writing batch
  type TEXT NOT NULL,
  schema_version INTEGER NOT NULL DEFAULT 1,
  class TEXT NOT NULL DEFAULT 'system' CHECK (class IN ('system', 'private')),
  subject_type TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  actor TEXT NOT NULL,
  audience TEXT NOT NULL,
  before TEXT CHECK (before IS NULL OR json_valid(before)),
  after TEXT CHECK (after IS NULL OR json_valid(after)),
  request_id TEXT,
  created_at INTEGER NOT NULL,
  UNIQUE (user_id, seq)
) STRICT;
CREATE INDEX events_by_subject ON events (subject_type, subject_id, seq);

-- A row is written in the batch of the write itself, so it exists exactly when the write happened.
CREATE TABLE idempotency_keys (
  user_id TEXT NOT NULL,
  key TEXT NOT NULL,
  operation TEXT NOT NULL,
  fingerprint TEXT NOT NULL,      -- SHA-256 of operation, path, query and body
  answer TEXT CHECK (answer IS NULL OR json_valid(answer)), -- the resource as it was answered
  created_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
