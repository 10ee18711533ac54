-- The same of a key. ?1 key, ?2 stage
UPDATE api_keys SET expiry_stage = ?2 WHERE id = ?1 AND deleted_at IS NULL AND rotated_to IS NULL AND expiry_stage < ?2
