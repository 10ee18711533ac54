-- What accounts, sessions and their traces need beside a password.
--
-- `epoch` counts up with everything that takes rights away or changes standing: a credential that was read at an
-- earlier epoch is read again before it is believed (identity::standing).
ALTER TABLE users ADD COLUMN status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended', 'deleted'));
ALTER TABLE users ADD COLUMN role TEXT NOT NULL DEFAULT 'user' CHECK (role IN ('user', 'support', 'admin'));
ALTER TABLE users ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN email_verified_at INTEGER;
ALTER TABLE users ADD COLUMN password_set INTEGER NOT NULL DEFAULT 1 CHECK (password_set IN (0, 1));
ALTER TABLE users ADD COLUMN last_activity_at INTEGER;

-- Sessions of before end here: their refresh tokens were of another kind.
DROP TABLE sessions;
CREATE TABLE sessions (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  client_id TEXT,                   -- the OAuth client it was granted to; NULL for the person's own
  scopes TEXT,                      -- what was granted to that client, space-separated; NULL for all that the role holds
  generation INTEGER NOT NULL DEFAULT 1,
  rotated_at INTEGER NOT NULL,      -- when that generation was issued
  authenticated_at INTEGER NOT NULL, -- when somebody last proved who they are
  methods TEXT NOT NULL,            -- how, as in `amr` (RFC 8176), space-separated
  device TEXT,
  place TEXT,
  last_seen_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  revoked_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  version INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX sessions_by_created_at ON sessions (user_id, created_at, id);

-- The key that a person's values in append-only records are encrypted with, wrapped by the vault. Without the row
-- they are unreadable for good.
CREATE TABLE user_keys (
  user_id TEXT PRIMARY KEY,
  wrapped TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Who did what to what. `personal` is JSON until the sealer has replaced it by a ciphertext and its commitment.
CREATE TABLE audit_records (
  id TEXT PRIMARY KEY,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('done', 'refused')),
  actor TEXT NOT NULL,
  subject_type TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  user_id TEXT,                     -- whose values `personal` holds
  source TEXT NOT NULL,             -- a pseudonym of the network it came from
  request_id TEXT NOT NULL,
  personal TEXT NOT NULL
) STRICT;
CREATE INDEX audit_records_by_source ON audit_records (source, kind, at) WHERE outcome = 'refused';

-- Mail on its way, written with the change that causes it. With the local provider it is also the mailbox.
CREATE TABLE mails (
  id TEXT PRIMARY KEY,
  user_id TEXT,                     -- NULL where the address belongs to no account
  kind TEXT NOT NULL,
  sealed TEXT NOT NULL,             -- recipient, subject and text, sealed by the vault
  attempts INTEGER NOT NULL DEFAULT 0,
  next_attempt_at INTEGER,          -- NULL once it is delivered or given up
  delivered_at INTEGER,
  failure TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  version INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX mails_by_next_attempt ON mails (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX mails_by_created_at ON mails (created_at, id);
CREATE INDEX mails_by_user ON mails (user_id);
