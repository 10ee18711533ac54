-- Notes the use of an administrator's key, if it holds now. ?1 key, ?2 now
UPDATE api_keys SET last_used_at = ?2
WHERE id = ?1 AND kind = 'admin' AND deleted_at IS NULL AND (expires_at IS NULL OR expires_at > ?2)
  AND EXISTS (SELECT 1 FROM users WHERE users.id = api_keys.user_id AND users.status = 'active' AND users.role = 'admin')
