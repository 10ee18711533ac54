-- Ends a key when the overlap with its successor does, if there is that successor.
-- ?1 key, ?2 version, ?3 successor, ?4 end of the overlap, ?5 now
UPDATE api_keys
SET rotated_to = ?3, expires_at = min(coalesce(expires_at, ?4), ?4), updated_at = ?5, version = version + 1
WHERE id = ?1 AND version = ?2 AND deleted_at IS NULL AND EXISTS (SELECT 1 FROM api_keys WHERE id = ?3)
