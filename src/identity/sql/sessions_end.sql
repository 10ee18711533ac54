-- Ends every session of an account. ?1 user, ?2 now
UPDATE sessions SET revoked_at = ?2, updated_at = ?2, version = version + 1 WHERE user_id = ?1 AND revoked_at IS NULL
