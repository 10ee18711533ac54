-- ?1 mail, ?2 now
UPDATE mails SET delivered_at = ?2, next_attempt_at = NULL, failure = NULL, sealed = '', updated_at = ?2, version = version + 1
WHERE id = ?1
