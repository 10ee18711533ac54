-- Sign-in with other providers.
--
-- Whom a provider knows: one row for each of a person's accounts there. It is found by provider and subject alone,
-- never by address. Erasure deletes the rows of an account.
CREATE TABLE identities (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  provider TEXT NOT NULL CHECK (provider IN ('google', 'apple', 'github', 'microsoft')),
  subject TEXT NOT NULL,            -- what the provider calls the person, for ever
  email TEXT,                       -- what the provider said when it was linked; for the eye alone
  last_used_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  version INTEGER NOT NULL DEFAULT 1,
  UNIQUE (provider, subject)
) STRICT;
CREATE INDEX identities_by_created_at ON identities (user_id, created_at, id);

-- What was good once and has been used: attempts to sign in and codes for apps. Until then both are sealed texts in
-- the hands of browser and app, so that an attempt that is given up leaves nothing here. The rows name nobody and go
-- once the text would have expired; erasure leaves them.
CREATE TABLE oauth_spent (
  id TEXT PRIMARY KEY,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX oauth_spent_by_expires_at ON oauth_spent (expires_at);
