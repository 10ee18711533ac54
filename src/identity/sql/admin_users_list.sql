-- Accounts beyond a position, newest first. ?1 and ?2 position, ?3 status, ?4 tier, ?5 role, ?6 limit
SELECT id, email, email_verified_at IS NOT NULL AS email_verified, tier, role, status, last_activity_at, created_at,
       updated_at, version
FROM users INDEXED BY users_by_created_at
WHERE (created_at, id) < (?1, ?2) AND (?3 IS NULL OR status = ?3) AND (?4 IS NULL OR tier = ?4) AND (?5 IS NULL OR role = ?5)
ORDER BY created_at DESC, id DESC LIMIT ?6
