-- ?1 user
SELECT id, name, last_used_at FROM api_keys
WHERE owner = ?1 AND deleted_at IS NULL
ORDER BY created_at DESC, id DESC LIMIT 50
