-- ?1 id, ?2 delivered, given_up or waiting, ?3 why not
UPDATE alert_changes
SET webhook = ?2, failure = ?3, next_attempt_at = CASE WHEN ?2 = 'waiting' THEN next_attempt_at END
WHERE id = ?1
