-- What the house did, window by window, and the alerts that follow from it. Nothing in these tables is of a person:
-- names are those of the contract, people are a count.

-- Alerts as they stand, one row for each rule that was ever judged (schema/alerts.yaml).
CREATE TABLE alerts (
  rule TEXT PRIMARY KEY,
  state TEXT NOT NULL CHECK (state IN ('ok', 'firing')),
  streak INTEGER NOT NULL,          -- windows in a row that speak for the other state
  value REAL,                       -- in the last window that had one
  since INTEGER,                    -- when the state began
  evaluated_at INTEGER NOT NULL,    -- the end of the last window
  change_id TEXT,                   -- the change that made the state
  told INTEGER NOT NULL DEFAULT 0 CHECK (told IN (0, 1)), -- whether somebody was told that it fires
  silenced_until INTEGER,
  silence_reason TEXT,
  silenced_by TEXT                  -- Caller::actor
) STRICT, WITHOUT ROWID;

-- Their history, and what the webhook is still to be told: rows with a next attempt.
CREATE TABLE alert_changes (
  id TEXT PRIMARY KEY,
  rule TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('ok', 'firing')),
  value REAL,
  at INTEGER NOT NULL,
  webhook TEXT NOT NULL CHECK (webhook IN ('none', 'waiting', 'delivered', 'given_up')),
  attempts INTEGER NOT NULL DEFAULT 0,
  next_attempt_at INTEGER,
  failure TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX alert_changes_by_time ON alert_changes (at, id);
CREATE INDEX alert_changes_due ON alert_changes (next_attempt_at) WHERE next_attempt_at IS NOT NULL;

-- The sums of the last gathering, from which the next one tells what grew. One row, named `sums`.
CREATE TABLE metric_sums (
  name TEXT PRIMARY KEY,
  at INTEGER NOT NULL,              -- the end of the last window; 0 before the first gathering
  sums TEXT NOT NULL,               -- ops::metrics::wire
  missed INTEGER NOT NULL,          -- windows since then that could not be gathered
  tried_at INTEGER NOT NULL         -- the end of the last of them
) STRICT, WITHOUT ROWID;

-- What grew: by five minutes for three days, by the hour for 90 days.
CREATE TABLE metric_windows (
  step INTEGER NOT NULL,            -- milliseconds
  at INTEGER NOT NULL,              -- the beginning
  steps INTEGER NOT NULL,           -- how many steps it covers: more than one where a run was late
  requests INTEGER NOT NULL,
  errors INTEGER NOT NULL,
  people INTEGER NOT NULL,          -- since midnight UTC
  times TEXT NOT NULL,              -- the histogram of durations: bucket and count in turn (ops::metrics::histogram)
  detail TEXT NOT NULL,             -- every operation and call that grew (ops::metrics::wire)
  PRIMARY KEY (step, at)
) STRICT, WITHOUT ROWID;

-- Sums of a day by operation, kept 400 days. The row named `*` is that of all requests.
CREATE TABLE usage_days (
  day INTEGER NOT NULL,             -- days since 1970
  name TEXT NOT NULL,
  people INTEGER NOT NULL,          -- of the row `*`
  calls INTEGER NOT NULL,
  errors INTEGER NOT NULL,
  micros INTEGER NOT NULL,
  rows_read INTEGER NOT NULL,
  rows_written INTEGER NOT NULL,
  d1 INTEGER NOT NULL,
  kv INTEGER NOT NULL,
  object INTEGER NOT NULL,
  upstream INTEGER NOT NULL,
  PRIMARY KEY (day, name)
) STRICT, WITHOUT ROWID;
