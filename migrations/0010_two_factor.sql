-- The second factor of an account (RFC 6238) and its backup codes. Erased with the account.
--
-- NOT NULL is a guard here: a use that comes too late (identity/sql/two_factor_use.sql) sets a column to NULL, so that
-- its whole batch fails.
CREATE TABLE two_factor (
  user_id TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  secret TEXT NOT NULL,                       -- sealed by the vault
  enabled_at INTEGER,                         -- NULL until a first code has shown that the secret arrived
  last_step INTEGER NOT NULL DEFAULT 0,       -- the newest time step whose code was used; none up to it is good again
  backup_codes TEXT NOT NULL DEFAULT '',      -- MACs of the unused ones, each followed by a space
  failures INTEGER NOT NULL DEFAULT 0,        -- attempts since the last one that succeeded
  locked_until INTEGER NOT NULL DEFAULT 0,    -- no code of the device is looked at before
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  version INTEGER NOT NULL DEFAULT 1
) STRICT;
-- Finds secrets that the vault's previous key seals.
CREATE INDEX two_factor_by_vault_key ON two_factor (substr(secret, 1, 12), user_id);
