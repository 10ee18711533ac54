-- ?1 those made before
DELETE FROM idempotency_keys WHERE (user_id, key) IN
  (SELECT user_id, key FROM idempotency_keys WHERE created_at < ?1 ORDER BY created_at LIMIT 200)
