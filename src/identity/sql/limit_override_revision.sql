-- ?1 subject, ?2 policy
SELECT revision, expires_at FROM limit_overrides WHERE subject = ?1 AND policy = ?2
