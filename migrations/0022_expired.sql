-- Ended sessions are found by their end, to be removed.
CREATE INDEX sessions_by_expires_at ON sessions (expires_at);
