-- Notes that a session is used with the rights of that role, if it has them now. ?1 session, ?2 user, ?3 role, ?4 now
UPDATE sessions SET last_seen_at = ?4
WHERE id = ?1 AND user_id = ?2 AND revoked_at IS NULL AND expires_at > ?4
  AND EXISTS (SELECT 1 FROM users WHERE users.id = ?2 AND users.status = 'active' AND users.role = ?3)
