-- ?1 user, ?2 now, ?3 the session that asks
SELECT id, device, last_seen_at, coalesce(id = ?3, 0) AS current
FROM sessions
WHERE user_id = ?1 AND revoked_at IS NULL AND expires_at > ?2
ORDER BY created_at DESC, id DESC LIMIT 100
