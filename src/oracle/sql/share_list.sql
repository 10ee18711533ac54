SELECT s.id, s.reading_id, s.views, s.max_views, s.expires_at, s.created_at
FROM reading_shares AS s JOIN readings AS r ON r.id = s.reading_id
WHERE s.reading_id = ?1 AND r.user_id = ?2 AND r.deleted_at IS NULL AND s.expires_at > ?3 AND s.views < s.max_views
ORDER BY s.created_at DESC, s.id DESC
LIMIT ?4
