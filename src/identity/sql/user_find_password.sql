-- ?1 user
SELECT password_hash FROM users WHERE id = ?1 AND status = 'active' AND password_set = 1
