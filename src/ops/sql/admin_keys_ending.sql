-- Administrators' keys that end by themselves. ?1 not those that ended before, ?2 limit
SELECT name, created_at AS first_seen, expires_at FROM api_keys INDEXED BY api_keys_by_created_at
WHERE owner = 'admin' AND deleted_at IS NULL AND rotated_to IS NULL AND expires_at > ?1
ORDER BY created_at, id LIMIT ?2
