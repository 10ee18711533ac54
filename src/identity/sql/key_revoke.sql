-- ?1 key, ?2 owner, ?3 version or NULL, ?4 now
UPDATE api_keys SET deleted_at = ?4, updated_at = ?4, version = version + 1
WHERE id = ?1 AND owner = ?2 AND (?3 IS NULL OR version = ?3) AND deleted_at IS NULL
