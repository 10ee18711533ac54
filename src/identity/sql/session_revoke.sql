-- Ends a session. ?1 session, ?2 now
UPDATE sessions SET revoked_at = ?2, updated_at = ?2, version = version + 1
WHERE id = ?1 AND revoked_at IS NULL
RETURNING user_id
