-- How the parts of the house are over time, and what went wrong in it. Nothing in these tables is of a person but the id
-- of an administrator who changed a row: causes are kept without values, and requests by their id alone.

-- What each part was found to be, every five minutes, kept three days.
CREATE TABLE status_samples (
  at INTEGER NOT NULL,              -- the beginning of the five minutes
  component TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('operational', 'degraded', 'down')),
  latency_ms INTEGER NOT NULL,
  PRIMARY KEY (at, component)
) STRICT, WITHOUT ROWID;

-- Their sums by day, in minutes, kept 400 days. A day without a row was not observed.
CREATE TABLE status_days (
  day INTEGER NOT NULL,             -- days since 1970
  component TEXT NOT NULL,
  observed INTEGER NOT NULL,
  degraded INTEGER NOT NULL,
  down INTEGER NOT NULL,
  PRIMARY KEY (day, component)
) STRICT, WITHOUT ROWID;

-- When a part was not well for two samples in a row, until it was for two.
CREATE TABLE status_incidents (
  id TEXT PRIMARY KEY,
  component TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('degraded', 'down')), -- the worst of it
  cause TEXT NOT NULL CHECK (cause IN ('timed_out', 'failed', 'slow', 'shut', 'waiting')),
  began_at INTEGER NOT NULL,
  ended_at INTEGER,
  note TEXT,
  note_public INTEGER NOT NULL DEFAULT 0 CHECK (note_public IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE INDEX status_incidents_by_time ON status_incidents (began_at, id);
CREATE UNIQUE INDEX status_incidents_open ON status_incidents (component) WHERE ended_at IS NULL;

-- What went wrong, one row for each kind of it.
CREATE TABLE errors (
  fingerprint TEXT PRIMARY KEY,     -- ops::errors::redact
  code TEXT NOT NULL,
  action TEXT NOT NULL,             -- the operation, or the work
  severity TEXT NOT NULL CHECK (severity IN ('fatal', 'error', 'warning')),
  cause TEXT NOT NULL,              -- without values
  request_id TEXT,                  -- of the last one, as is the next
  trace_id TEXT,
  count INTEGER NOT NULL,
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'resolved', 'muted')),
  regressed INTEGER NOT NULL DEFAULT 0 CHECK (regressed IN (0, 1)),
  release TEXT NOT NULL,            -- the version that saw the last one
  note TEXT,
  changed_at INTEGER,               -- when an administrator last changed the row
  version INTEGER NOT NULL DEFAULT 1
) STRICT, WITHOUT ROWID;
CREATE INDEX errors_by_last_seen ON errors (last_seen);

-- How often, by the hour, kept 30 days.
CREATE TABLE error_hours (
  fingerprint TEXT NOT NULL,
  hour INTEGER NOT NULL,            -- hours since 1970
  count INTEGER NOT NULL,
  PRIMARY KEY (fingerprint, hour)
) STRICT, WITHOUT ROWID;
CREATE INDEX error_hours_by_hour ON error_hours (hour);

-- Writes of isolates, so that one whose answer was lost is not counted twice. Kept a day.
CREATE TABLE error_writes (
  id TEXT PRIMARY KEY,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX error_writes_by_time ON error_writes (at);
