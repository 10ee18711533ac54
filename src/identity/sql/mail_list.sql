-- Newest first, after a position. ?1 its time, ?2 its id, ?3 limit
SELECT id, user_id, kind, attempts, next_attempt_at, delivered_at, failure, created_at,
  CASE WHEN delivered_at IS NOT NULL THEN 'delivered' WHEN next_attempt_at IS NOT NULL THEN 'waiting' ELSE 'failed' END AS state
FROM mails INDEXED BY mails_by_created_at WHERE (created_at, id) < (?1, ?2) ORDER BY created_at DESC, id DESC LIMIT ?3
