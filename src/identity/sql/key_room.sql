-- Why a key may not be made. ?1 owner, ?2 user, ?3 now
SELECT email_verified_at IS NOT NULL AS verified,
       (SELECT count(*) FROM api_keys WHERE owner = ?1 AND deleted_at IS NULL AND (expires_at IS NULL OR expires_at > ?3)) AS living
FROM users WHERE id = ?2
