-- ?1 session, ?2 user, ?3 when, ?4 nothing is written if it was seen since then
UPDATE sessions SET last_seen_at = ?3 WHERE id = ?1 AND user_id = ?2 AND revoked_at IS NULL AND last_seen_at <= ?4
