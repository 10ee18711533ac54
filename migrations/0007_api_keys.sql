-- Keys for programs, of accounts and of administrators. A key is kept by its SHA-256 alone; its text was shown once.
-- Erasure removes the rows of an account, those of administrators' keys that it made among them.
CREATE TABLE api_keys (
  id TEXT PRIMARY KEY,
  owner TEXT NOT NULL,              -- whose list it is in: the account's id, or 'admin' for administrators' keys
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE, -- who made it
  kind TEXT NOT NULL CHECK (kind IN ('user', 'admin')),
  name TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  prefix TEXT NOT NULL,
  last_four TEXT NOT NULL,
  scopes TEXT NOT NULL CHECK (json_valid(scopes)),
  quota_minute INTEGER CHECK (quota_minute > 0),
  quota_hour INTEGER CHECK (quota_hour > 0),
  quota_day INTEGER CHECK (quota_day > 0),
  expires_at INTEGER,
  last_used_at INTEGER,
  rotated_to TEXT,                  -- the key that takes its place
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  version INTEGER NOT NULL DEFAULT 1,
  deleted_at INTEGER                -- when it was revoked
) STRICT;
CREATE INDEX api_keys_by_created_at ON api_keys (owner, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX api_keys_by_user ON api_keys (user_id);

-- What administrators look for.
CREATE INDEX users_by_created_at ON users (created_at, id);
CREATE INDEX users_by_admin ON users (status) WHERE role = 'admin';
