-- As key_find, for a key whose hash is not at hand. ?1 key
SELECT api_keys.id, user_id, kind, hash, scopes, quota_minute, quota_hour, quota_day, expires_at,
       deleted_at IS NOT NULL AS revoked, users.tier, users.role, users.epoch, users.status
FROM api_keys JOIN users ON users.id = api_keys.user_id
WHERE api_keys.id = ?1
