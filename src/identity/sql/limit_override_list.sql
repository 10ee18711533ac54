-- ?1 now, ?2 and ?3 where the last page ended, ?4 how many
SELECT subject, policy, minute, hour, day, expires_at, reason, set_by, created_at, updated_at
FROM limit_overrides WHERE (subject, policy) > (?2, ?3) AND removed_at IS NULL AND expires_at > ?1
ORDER BY subject, policy LIMIT ?4
