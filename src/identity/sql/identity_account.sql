-- ?1 provider, ?2 subject
SELECT users.id, email_verified_at IS NOT NULL AS verified, epoch, tier, role, status,
       EXISTS (SELECT 1 FROM two_factor WHERE two_factor.user_id = users.id AND enabled_at IS NOT NULL) AS two_factor
FROM identities JOIN users ON users.id = identities.user_id
WHERE provider = ?1 AND subject = ?2
