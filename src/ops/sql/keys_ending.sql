-- Keys whose end is to be told of: to administrators of theirs at every stage, to owners a week ahead. The stages are
-- those of ops::secrets::stage; what ended more than a week ago is nobody's news.
-- ?1 now, ?2 a week ahead, ?3 a month ahead, ?4 a week ago, ?5 a week, ?6 a month, ?7 limit
SELECT api_keys.id, api_keys.user_id, kind = 'admin' AS admin, name, last_four, expires_at, users.email,
  CASE WHEN expires_at <= ?1 THEN 3
       WHEN expires_at <= ?2 AND expires_at - api_keys.created_at >= 2 * ?5 THEN 2
       WHEN expires_at <= ?3 AND expires_at - api_keys.created_at >= 2 * ?6 THEN 1
       ELSE 0 END AS stage
FROM api_keys INDEXED BY api_keys_by_expires_at JOIN users ON users.id = api_keys.user_id
WHERE api_keys.deleted_at IS NULL AND rotated_to IS NULL AND expires_at IS NOT NULL
  AND expires_at > ?4 AND expires_at <= ?3
  AND stage > expiry_stage AND (kind = 'admin' OR stage = 2) AND users.status <> 'deleted'
ORDER BY expires_at LIMIT ?7
