-- ?1 subject, ?2 now
SELECT subject, policy, minute, hour, day, expires_at, reason, set_by, created_at, updated_at
FROM limit_overrides WHERE subject = ?1 AND removed_at IS NULL AND expires_at > ?2
ORDER BY policy
