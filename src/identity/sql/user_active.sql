-- ?1 user, ?2 when, ?3 nothing is written if it was active since then
UPDATE users SET last_activity_at = ?2 WHERE id = ?1 AND status = 'active' AND coalesce(last_activity_at, 0) <= ?3
