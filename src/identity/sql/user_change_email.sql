-- If the statement before used a token up. ?1 user, ?2 address, ?3 in lower case, ?4 now
UPDATE users SET email = ?2, email_key = ?3, email_verified_at = ?4, updated_at = ?4, version = version + 1
WHERE id = ?1 AND changes() > 0
