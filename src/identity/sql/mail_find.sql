-- ?1 mail
SELECT id, user_id, kind, sealed, created_at,
  CASE WHEN delivered_at IS NOT NULL THEN 'delivered' WHEN next_attempt_at IS NOT NULL THEN 'waiting' ELSE 'failed' END AS state
FROM mails WHERE id = ?1
