-- A new key, unless its maker may not have one or has too many. With a predecessor, only while that one can be rotated.
-- ?1 id, ?2 owner, ?3 user, ?4 kind, ?5 name, ?6 hash, ?7 prefix, ?8 last four, ?9 scopes, ?10 to ?12 quotas, ?13 expiry,
-- ?14 now, ?15 most keys, ?16 predecessor, ?17 its version
INSERT INTO api_keys (id, owner, user_id, kind, name, hash, prefix, last_four, scopes, quota_minute, quota_hour,
                      quota_day, expires_at, created_at, updated_at)
SELECT ?1, ?2, users.id, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?14
FROM users
WHERE users.id = ?3 AND users.status = 'active' AND users.email_verified_at IS NOT NULL
  AND (?4 = 'user' OR users.role = 'admin')
  AND (SELECT count(*) FROM api_keys WHERE owner = ?2 AND deleted_at IS NULL AND (expires_at IS NULL OR expires_at > ?14)) < ?15
  AND (?16 IS NULL OR EXISTS (
    SELECT 1 FROM api_keys AS old
    WHERE old.id = ?16 AND old.version = ?17 AND old.deleted_at IS NULL AND old.rotated_to IS NULL))
