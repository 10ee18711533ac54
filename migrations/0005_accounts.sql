-- One-time tokens that mails carry. Erasure: they go with the account's row.
CREATE TABLE mail_tokens (
  hash TEXT PRIMARY KEY,            -- SHA-256 of the token
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  purpose TEXT NOT NULL CHECK (purpose IN ('verify', 'reset', 'change_email')),
  email TEXT NOT NULL,              -- the address that it was sent to
  email_key TEXT NOT NULL,          -- the same in lower case
  expires_at INTEGER NOT NULL,
  used_at INTEGER,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX mail_tokens_by_user ON mail_tokens (user_id, purpose, created_at);
CREATE INDEX mail_tokens_by_expires_at ON mail_tokens (expires_at);
