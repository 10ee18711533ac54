-- Exchanges the one good refresh token. ?1 session, ?2 hash presented, ?3 new hash, ?4 new expiry, ?5 now
UPDATE sessions
SET refresh_hash = ?3, generation = generation + 1, expires_at = ?4, updated_at = ?5, version = version + 1
WHERE id = ?1 AND refresh_hash = ?2 AND revoked_at IS NULL AND expires_at > ?5
RETURNING user_id, (SELECT tier FROM users WHERE users.id = sessions.user_id) AS tier
