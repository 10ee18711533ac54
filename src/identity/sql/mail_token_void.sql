-- After the password was changed to that. ?1 user, ?2 password hash, ?3 now
UPDATE mail_tokens SET used_at = ?3
WHERE user_id = ?1 AND used_at IS NULL
  AND EXISTS (SELECT 1 FROM users WHERE users.id = ?1 AND users.password_hash = ?2)
