-- ?1 subject, ?2 policy
SELECT subject, policy, minute, hour, day, expires_at, reason, set_by, created_at, updated_at
FROM limit_overrides WHERE subject = ?1 AND policy = ?2 AND removed_at IS NULL
