-- After the password was changed to that. ?1 user, ?2 but this session, ?3 password hash, ?4 now
UPDATE sessions SET revoked_at = ?4, updated_at = ?4, version = version + 1
WHERE user_id = ?1 AND revoked_at IS NULL AND id IS NOT ?2
  AND EXISTS (SELECT 1 FROM users WHERE users.id = ?1 AND users.password_hash = ?3)
