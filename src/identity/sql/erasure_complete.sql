-- ?1 user, ?2 now
UPDATE erasures SET completed_at = ?2 WHERE user_id = ?1 AND completed_at IS NULL
