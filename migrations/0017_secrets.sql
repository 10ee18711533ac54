-- Since when each secret of the deployment has its present value, and what administrators were told of its age. No
-- personal data, and no secret: the fingerprint is a MAC.
CREATE TABLE secrets (
  name TEXT PRIMARY KEY,            -- the variable
  fingerprint TEXT NOT NULL,        -- under the vault's key
  first_seen INTEGER NOT NULL,
  stage INTEGER NOT NULL DEFAULT 0 CHECK (stage BETWEEN 0 AND 3), -- the last that was told: ops::secrets::stage
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The same for keys that end by themselves.
ALTER TABLE api_keys ADD COLUMN expiry_stage INTEGER NOT NULL DEFAULT 0;
CREATE INDEX api_keys_by_expires_at ON api_keys (expires_at)
  WHERE deleted_at IS NULL AND rotated_to IS NULL AND expires_at IS NOT NULL;
