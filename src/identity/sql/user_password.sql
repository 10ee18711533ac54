-- ?1 user
SELECT email, password_hash, password_set FROM users WHERE id = ?1 AND status = 'active'
