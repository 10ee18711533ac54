-- Changes a key that has not changed since it was read. Of another end nobody was told yet.
-- ?1 key, ?2 version, ?3 name, ?4 scopes, ?5 to ?7 quotas, ?8 expiry, ?9 now
UPDATE api_keys
SET name = ?3, scopes = ?4, quota_minute = ?5, quota_hour = ?6, quota_day = ?7, expires_at = ?8, updated_at = ?9,
    expiry_stage = CASE WHEN expires_at IS ?8 THEN expiry_stage ELSE 0 END, version = version + 1
WHERE id = ?1 AND version = ?2 AND deleted_at IS NULL
