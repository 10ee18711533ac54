-- Ends a session. ?1 session, ?2 user, ?3 now
UPDATE sessions SET revoked_at = ?3, updated_at = ?3, version = version + 1
WHERE id = ?1 AND user_id = ?2 AND revoked_at IS NULL
