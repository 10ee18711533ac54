-- ?1 user
SELECT last_activity_at FROM users WHERE id = ?1
