-- Counts the generation of a living session up. ?1 session, ?2 generation presented, ?3 client, ?4 milliseconds that it
-- lives on, ?5 now, ?6 milliseconds that it lives at most
UPDATE sessions
SET generation = generation + 1, rotated_at = ?5, last_seen_at = ?5, expires_at = min(?5 + ?4, created_at + ?6),
    updated_at = ?5, version = version + 1
WHERE id = ?1 AND generation = ?2 AND client_id IS ?3 AND revoked_at IS NULL AND expires_at > ?5
  AND EXISTS (SELECT 1 FROM users WHERE users.id = sessions.user_id AND users.status = 'active')
