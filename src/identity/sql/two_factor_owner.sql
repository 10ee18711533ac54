-- ?1 user
SELECT users.email, two_factor.enabled_at FROM users LEFT JOIN two_factor ON two_factor.user_id = users.id
WHERE users.id = ?1
