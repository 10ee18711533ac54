-- ?1 user
UPDATE erasures SET attempts = attempts + 1 WHERE user_id = ?1 AND completed_at IS NULL
