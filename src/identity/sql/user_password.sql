-- ?1 user
SELECT email, password_hash, password_set, two_factor.enabled_at IS NOT NULL AS two_factor
FROM users LEFT JOIN two_factor ON two_factor.user_id = users.id
WHERE users.id = ?1 AND status = 'active'
