-- The living sessions of an account, newest first. ?1 user, ?2 now, ?3 and ?4 where the page before ended, ?5 most rows,
-- ?6 the session that asks
SELECT id, client_id, device, place, methods, authenticated_at, last_seen_at, expires_at, created_at,
       coalesce(id = ?6, 0) AS current
FROM sessions
WHERE user_id = ?1 AND revoked_at IS NULL AND expires_at > ?2 AND (?3 IS NULL OR (created_at, id) < (?3, ?4))
ORDER BY created_at DESC, id DESC LIMIT ?5
