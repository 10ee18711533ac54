UPDATE reading_shares SET views = views + 1
WHERE token_hash = ?1 AND expires_at > ?2 AND views < max_views
  AND EXISTS (SELECT 1 FROM readings AS r WHERE r.id = reading_id AND r.deleted_at IS NULL)
  AND EXISTS (SELECT 1 FROM users AS u WHERE u.id = reading_shares.user_id AND u.status = 'active')
