-- ?1 key, ?2 user, ?3 when, ?4 nothing is written if it was used since then
UPDATE api_keys SET last_used_at = ?3
WHERE id = ?1 AND user_id = ?2 AND deleted_at IS NULL AND (last_used_at IS NULL OR last_used_at <= ?4)
