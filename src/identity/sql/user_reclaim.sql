-- ?1 user, ?2 hash that no password has, ?3 now
UPDATE users
SET password_hash = ?2, password_set = 0, email_verified_at = ?3, epoch = epoch + 1, updated_at = ?3, version = version + 1
WHERE id = ?1
