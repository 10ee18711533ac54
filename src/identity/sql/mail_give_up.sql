-- ?1 mail, ?2 reason, ?3 now
UPDATE mails SET next_attempt_at = NULL, failure = ?2, updated_at = ?3, version = version + 1 WHERE id = ?1
