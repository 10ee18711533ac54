-- ?1 address in lower case
SELECT id, email_verified_at IS NOT NULL AS verified, epoch, tier, role, status,
       EXISTS (SELECT 1 FROM two_factor WHERE two_factor.user_id = users.id AND enabled_at IS NOT NULL) AS two_factor
FROM users WHERE email_key = ?1
