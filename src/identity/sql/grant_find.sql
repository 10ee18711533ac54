-- ?1 session, ?2 user
SELECT id FROM sessions WHERE id = ?1 AND user_id = ?2 AND client_id IS NOT NULL AND revoked_at IS NULL
