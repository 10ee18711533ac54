-- Takes what the webhook is to be told, so that nobody else does; the next attempt is twice as far away each time.
-- ?1 now, ?2 how many, ?3 milliseconds until the second attempt
UPDATE alert_changes
SET attempts = attempts + 1, next_attempt_at = CAST(?1 AS INTEGER) + (CAST(?3 AS INTEGER) << attempts)
WHERE id IN (SELECT id FROM alert_changes WHERE next_attempt_at <= ?1 ORDER BY next_attempt_at LIMIT ?2)
RETURNING id, rule, state, value, at, attempts
