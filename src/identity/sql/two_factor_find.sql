-- ?1 user
SELECT users.email, secret, enabled_at, last_step, backup_codes, locked_until
FROM two_factor JOIN users ON users.id = two_factor.user_id
WHERE user_id = ?1
