-- ?1 user, ?2 now
UPDATE users SET last_activity_at = ?2 WHERE id = ?1 AND status = 'active'
