-- If the statement before used a token up. ?1 user, ?2 now
UPDATE users SET email_verified_at = coalesce(email_verified_at, ?2), updated_at = ?2, version = version + 1
WHERE id = ?1 AND changes() > 0
