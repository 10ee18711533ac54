-- The chain over audit records, and what keeps records and events from being changed.
--
-- A record enters without `seq`. The sealer gives it its place: it encrypts `personal`, commits to it and chains it
-- (ops::audit). Erasure deletes a person's row in user_keys, and what was encrypted with it is unreadable for good;
-- records of somebody who has no key any more are sealed with one that nobody keeps.
ALTER TABLE audit_records ADD COLUMN seq INTEGER;
ALTER TABLE audit_records ADD COLUMN commitment TEXT;
ALTER TABLE audit_records ADD COLUMN hash TEXT;
CREATE UNIQUE INDEX audit_records_by_seq ON audit_records (seq) WHERE seq IS NOT NULL;
CREATE INDEX audit_records_unsealed ON audit_records (id) WHERE seq IS NULL;
-- One for each filter of the search; a search with several follows the first of them.
CREATE INDEX audit_records_by_at ON audit_records (at, id);
CREATE INDEX audit_records_by_kind ON audit_records (kind, at, id);
CREATE INDEX audit_records_by_actor ON audit_records (actor, at, id);
CREATE INDEX audit_records_by_user ON audit_records (user_id, at, id);
CREATE INDEX audit_records_by_subject ON audit_records (subject_id, at, id);
CREATE INDEX audit_records_by_request ON audit_records (request_id, at, id);

-- The end of the chain, moved by compare-and-set, and how far retention has come. No personal data.
CREATE TABLE audit_head (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  seq INTEGER NOT NULL,
  hash TEXT NOT NULL,
  cleared INTEGER NOT NULL DEFAULT 0, -- up to this place the personal parts are removed
  cut INTEGER NOT NULL DEFAULT 0      -- up to this place the records are removed
) STRICT;

-- Signed heads. No personal data.
CREATE TABLE audit_checkpoints (
  seq INTEGER PRIMARY KEY,
  hash TEXT NOT NULL,
  at INTEGER NOT NULL,
  key_id TEXT NOT NULL,
  signature TEXT NOT NULL
) STRICT;

-- Events enter with readable values; the sealer encrypts those of a person.
ALTER TABLE events ADD COLUMN sealed_at INTEGER;
CREATE INDEX events_unsealed ON events (user_id, seq) WHERE sealed_at IS NULL;

-- The key that a row is wrapped with, so that rows under the previous one are found.
CREATE INDEX user_keys_by_vault_key ON user_keys (substr(wrapped, 1, 12), user_id);

-- Append-only. These stop mistakes of this house; what somebody changes past them shows in the chain.
CREATE TRIGGER audit_records_change BEFORE UPDATE ON audit_records
WHEN NOT (
  OLD.id = NEW.id AND OLD.at = NEW.at AND OLD.kind = NEW.kind AND OLD.outcome = NEW.outcome AND OLD.actor = NEW.actor
  AND OLD.subject_type = NEW.subject_type AND OLD.subject_id = NEW.subject_id AND OLD.user_id IS NEW.user_id
  AND OLD.source = NEW.source AND OLD.request_id = NEW.request_id
  AND (
    (OLD.seq IS NULL AND NEW.seq IS NOT NULL AND NEW.commitment IS NOT NULL AND NEW.hash IS NOT NULL)
    OR (OLD.seq = NEW.seq AND OLD.commitment = NEW.commitment AND OLD.hash = NEW.hash AND NEW.personal = '')
  )
)
BEGIN
  SELECT RAISE(ABORT, 'audit records are append-only');
END;
CREATE TRIGGER audit_records_removal BEFORE DELETE ON audit_records
WHEN OLD.seq IS NULL OR OLD.seq > (SELECT coalesce(max(cut), 0) FROM audit_head)
BEGIN
  SELECT RAISE(ABORT, 'audit records are append-only');
END;
CREATE TRIGGER audit_checkpoints_change BEFORE UPDATE ON audit_checkpoints
BEGIN
  SELECT RAISE(ABORT, 'audit checkpoints are append-only');
END;
CREATE TRIGGER audit_checkpoints_removal BEFORE DELETE ON audit_checkpoints
WHEN OLD.seq >= (SELECT coalesce(max(cut), 0) FROM audit_head)
BEGIN
  SELECT RAISE(ABORT, 'audit checkpoints are append-only');
END;
-- An update's event is completed with `after` in its own batch; then it may only be sealed.
CREATE TRIGGER events_change BEFORE UPDATE ON events
WHEN NOT (
  OLD.id = NEW.id AND OLD.user_id = NEW.user_id AND OLD.seq = NEW.seq AND OLD.type = NEW.type
  AND OLD.schema_version = NEW.schema_version AND OLD.class = NEW.class AND OLD.subject_type = NEW.subject_type
  AND OLD.subject_id = NEW.subject_id AND OLD.actor = NEW.actor AND OLD.audience = NEW.audience
  AND OLD.request_id IS NEW.request_id AND OLD.created_at = NEW.created_at AND OLD.sealed_at IS NULL
  AND (NEW.sealed_at IS NOT NULL OR (OLD.after IS NULL AND OLD.before IS NEW.before))
)
BEGIN
  SELECT RAISE(ABORT, 'events are append-only');
END;
CREATE TRIGGER events_removal BEFORE DELETE ON events
BEGIN
  SELECT RAISE(ABORT, 'events are append-only');
END;
