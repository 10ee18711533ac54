-- After the password was changed to that. ?1 user, ?2 password hash
DELETE FROM identities
WHERE user_id = ?1 AND EXISTS (SELECT 1 FROM users WHERE users.id = ?1 AND users.password_hash = ?2)
