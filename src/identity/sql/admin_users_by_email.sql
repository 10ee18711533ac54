-- The account of an address, if the filters let it pass. ?1 address in lower case, ?2 status, ?3 tier, ?4 role
SELECT id, email, email_verified_at IS NOT NULL AS email_verified, tier, role, status, last_activity_at, created_at,
       updated_at, version
FROM users
WHERE email_key = ?1 AND (?2 IS NULL OR status = ?2) AND (?3 IS NULL OR tier = ?3) AND (?4 IS NULL OR role = ?4)
