-- Results that people keep. The partial indexes serve every order of the list, newest first, and hold
-- the rows that are not deleted alone.
CREATE TABLE readings (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  engine TEXT NOT NULL,
  engine_version TEXT NOT NULL,
  title TEXT NOT NULL,
  summary TEXT NOT NULL,
  input TEXT NOT NULL CHECK (json_valid(input)),
  input_hash TEXT NOT NULL,
  result TEXT NOT NULL CHECK (json_valid(result)),
  source TEXT NOT NULL,
  degraded INTEGER NOT NULL DEFAULT 0 CHECK (degraded IN (0, 1)),
  favourite INTEGER NOT NULL DEFAULT 0 CHECK (favourite IN (0, 1)),
  note TEXT,
  rating INTEGER NOT NULL DEFAULT 0 CHECK (rating BETWEEN 0 AND 5),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  version INTEGER NOT NULL DEFAULT 1,
  deleted_at INTEGER
) STRICT;
CREATE INDEX readings_by_created_at ON readings (user_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX readings_by_updated_at ON readings (user_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX readings_by_rating ON readings (user_id, rating, id) WHERE deleted_at IS NULL;
