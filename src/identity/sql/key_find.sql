-- What a request by that key is believed by. ?1 hash
SELECT api_keys.id, user_id, kind, hash, scopes, quota_minute, quota_hour, quota_day, expires_at,
       deleted_at IS NOT NULL AS revoked, users.tier, users.role, users.epoch, users.status
FROM api_keys JOIN users ON users.id = api_keys.user_id
WHERE hash = ?1
