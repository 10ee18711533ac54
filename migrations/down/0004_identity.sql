DROP TABLE mails;
DROP TABLE audit_records;
DROP TABLE user_keys;
DROP TABLE sessions;
CREATE TABLE sessions (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  refresh_hash TEXT NOT NULL,     -- SHA-256 of the one refresh token that is good now
  generation INTEGER NOT NULL DEFAULT 1,
  expires_at INTEGER NOT NULL,
  revoked_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  version INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX sessions_by_user ON sessions (user_id, created_at);
ALTER TABLE users DROP COLUMN last_activity_at;
ALTER TABLE users DROP COLUMN password_set;
ALTER TABLE users DROP COLUMN email_verified_at;
ALTER TABLE users DROP COLUMN epoch;
ALTER TABLE users DROP COLUMN role;
ALTER TABLE users DROP COLUMN status;
