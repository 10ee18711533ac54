-- ?1 mail, ?2 now, ?3 when it is due again if this run dies
UPDATE mails SET attempts = attempts + 1, next_attempt_at = ?3, updated_at = ?2, version = version + 1
WHERE id = ?1 AND next_attempt_at <= ?2
RETURNING id, sealed, attempts
