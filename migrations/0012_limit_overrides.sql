-- Exceptions from rate limits that administrators make. The caller's admission object is told after the row is written;
-- the row is the record. A removed row stays, so that its revision goes on counting: the object believes the highest.
--
-- Erasure: rows that are for an account are removed with it.
CREATE TABLE limit_overrides (
  subject TEXT NOT NULL,            -- the object's name: user:<id>, admin_key:<id> or ip:<network>
  user_id TEXT,                     -- the account, where the subject is one
  policy TEXT NOT NULL,             -- the counter: a group's or a rate class's name
  minute INTEGER NOT NULL CHECK (minute >= 0),
  hour INTEGER NOT NULL CHECK (hour >= 0),
  day INTEGER NOT NULL CHECK (day >= 0),
  expires_at INTEGER NOT NULL,
  reason TEXT NOT NULL,
  set_by TEXT NOT NULL,             -- Caller::actor
  revision INTEGER NOT NULL DEFAULT 1,
  removed_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (subject, policy)
) STRICT;
CREATE INDEX limit_overrides_by_user ON limit_overrides (user_id) WHERE user_id IS NOT NULL;
