-- ?1 mail, ?2 next attempt, ?3 reason, ?4 now
UPDATE mails SET next_attempt_at = ?2, failure = ?3, updated_at = ?4, version = version + 1 WHERE id = ?1
