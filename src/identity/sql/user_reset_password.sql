-- If the statement before used a token up, which also shows whose the address is. ?1 user, ?2 password hash, ?3 now
UPDATE users SET password_hash = ?2, password_set = 1, email_verified_at = coalesce(email_verified_at, ?3),
  epoch = epoch + 1, updated_at = ?3, version = version + 1
WHERE id = ?1 AND changes() > 0
