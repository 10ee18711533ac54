-- ?1 now, ?2 limit
SELECT id FROM mails WHERE next_attempt_at IS NOT NULL AND next_attempt_at <= ?1 ORDER BY next_attempt_at LIMIT ?2
