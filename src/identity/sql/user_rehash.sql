-- The same password under newer parameters: no change that anybody could see. ?1 user, ?2 password hash, ?3 the one before
UPDATE users SET password_hash = ?2 WHERE id = ?1 AND password_hash = ?3
