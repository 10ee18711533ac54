INSERT INTO reading_shares (id, user_id, reading_id, token_hash, max_views, expires_at, created_at)
SELECT ?1, user_id, id, ?4, ?5, ?6, ?7 FROM readings
WHERE id = ?2 AND user_id = ?3 AND deleted_at IS NULL
  AND (
    SELECT count(*) FROM reading_shares AS s WHERE s.reading_id = ?2 AND s.expires_at > ?7 AND s.views < s.max_views
  ) < ?8
