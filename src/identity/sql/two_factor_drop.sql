-- Confirmed or not, after the password was changed to that. ?1 user, ?2 password hash
DELETE FROM two_factor
WHERE user_id = ?1 AND EXISTS (SELECT 1 FROM users WHERE users.id = ?1 AND users.password_hash = ?2)
