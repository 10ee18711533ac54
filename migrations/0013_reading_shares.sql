-- Links that show a reading to whoever has them. A revoked one is removed; its event stays.
CREATE TABLE reading_shares (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  reading_id TEXT NOT NULL REFERENCES readings (id) ON DELETE CASCADE,
  token_hash TEXT NOT NULL UNIQUE,  -- SHA-256 of the token
  views INTEGER NOT NULL DEFAULT 0,
  max_views INTEGER NOT NULL CHECK (max_views BETWEEN 1 AND 10000 AND views <= max_views),
  expires_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX reading_shares_by_reading ON reading_shares (reading_id, created_at);
CREATE INDEX reading_shares_by_user ON reading_shares (user_id);
CREATE INDEX reading_shares_by_expires_at ON reading_shares (expires_at);

-- What happened to an account in the order of time; the index alone answers a page's filter and the counts.
CREATE INDEX events_by_time ON events (user_id, created_at, seq, type, class);
