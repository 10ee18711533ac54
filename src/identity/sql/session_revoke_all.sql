-- Ends all sessions of an account but one. ?1 user, ?2 the session that stays, if any, ?3 now
UPDATE sessions SET revoked_at = ?3, updated_at = ?3, version = version + 1
WHERE user_id = ?1 AND revoked_at IS NULL AND expires_at > ?3 AND id IS NOT ?2
