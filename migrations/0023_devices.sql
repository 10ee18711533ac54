-- The devices of a person: clients with a key pair each, of which the public half is here. Erasure removes them.
--
-- A row that was deleted keeps its id, because the relay's log may name it, and nothing that tells of the person; the
-- upkeep removes it when the log is past it.
CREATE TABLE devices (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  session_id TEXT NOT NULL,         -- in which it was registered; sessions are forgotten earlier
  name TEXT,
  platform TEXT,
  public_key TEXT,                  -- Ed25519 (RFC 8032), base64url
  fingerprint TEXT,
  state TEXT NOT NULL CHECK (state IN ('pending', 'active', 'revoked')),
  pairing TEXT,                     -- a MAC of the code that a pending device shows
  pairing_ends_at INTEGER,
  confirmed_by TEXT,                -- the device that let it in
  confirmed_at INTEGER,
  last_seen_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  version INTEGER NOT NULL DEFAULT 1,
  deleted_at INTEGER,
  UNIQUE (user_id, public_key),
  CHECK ((state = 'pending') = (pairing IS NOT NULL) AND (pairing IS NULL) = (pairing_ends_at IS NULL)),
  CHECK (deleted_at IS NOT NULL OR (name IS NOT NULL AND public_key IS NOT NULL AND fingerprint IS NOT NULL))
) STRICT;
CREATE INDEX devices_by_created_at ON devices (user_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX devices_by_pairing_end ON devices (pairing_ends_at) WHERE pairing_ends_at IS NOT NULL;
CREATE INDEX devices_by_deletion ON devices (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TRIGGER devices_deletion AFTER UPDATE OF deleted_at ON devices WHEN OLD.deleted_at IS NULL
BEGIN
  UPDATE devices
  SET state = 'revoked', name = NULL, platform = NULL, public_key = NULL, fingerprint = NULL, pairing = NULL,
      pairing_ends_at = NULL
  WHERE id = NEW.id;
END;
