-- ?1 address in lower case
SELECT id, email, password_hash, tier, role, epoch, status, two_factor.enabled_at IS NOT NULL AS two_factor
FROM users LEFT JOIN two_factor ON two_factor.user_id = users.id
WHERE email_key = ?1
