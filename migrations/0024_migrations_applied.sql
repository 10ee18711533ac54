-- What tools/migrate knows of each migration that wrangler's own table d1_migrations names: the checksum of the file as
-- it was applied. The tool makes the same table where it is needed earlier. No personal data.
CREATE TABLE IF NOT EXISTS migrations_applied (
  name TEXT PRIMARY KEY,
  sha256 TEXT NOT NULL,
  applied_at INTEGER NOT NULL,
  origin TEXT NOT NULL CHECK (origin IN ('applied', 'adopted'))
) STRICT, WITHOUT ROWID;
