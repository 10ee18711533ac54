-- ?1 user
SELECT id, email, email_verified_at IS NOT NULL AS email_verified, tier, role, status, last_activity_at, created_at,
       updated_at, version
FROM users WHERE id = ?1
