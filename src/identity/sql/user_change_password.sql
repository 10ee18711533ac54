-- If it is still the one that was checked. ?1 user, ?2 password hash, ?3 the one before, ?4 now
UPDATE users SET password_hash = ?2, epoch = epoch + 1, updated_at = ?4, version = version + 1
WHERE id = ?1 AND password_hash = ?3 AND status = 'active'
