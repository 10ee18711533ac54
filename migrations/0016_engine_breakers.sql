-- What administrators have ordered of the breakers of remote engines. The breaker's object is told after the row is
-- written; the row is the record. The object carries out orders of a higher revision than the last alone.
CREATE TABLE engine_breakers (
  engine TEXT PRIMARY KEY,
  mode TEXT NOT NULL CHECK (mode IN ('automatic', 'forced_open', 'disabled')),
  reason TEXT,                      -- of the mode, as are the next two; NULL where only resets were ordered
  set_by TEXT,                      -- Caller::actor
  set_at INTEGER,
  revision INTEGER NOT NULL DEFAULT 1,
  reset_at INTEGER
) STRICT;
