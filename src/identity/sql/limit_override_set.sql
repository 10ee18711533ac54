-- ?1 subject, ?2 policy, ?3 to ?5 quotas, ?6 expiry, ?7 reason, ?8 actor, ?9 now, ?10 the account that has to exist
INSERT INTO limit_overrides (subject, user_id, policy, minute, hour, day, expires_at, reason, set_by, created_at, updated_at)
SELECT ?1, ?10, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9
WHERE ?10 IS NULL OR EXISTS (SELECT 1 FROM users WHERE id = ?10 AND status <> 'deleted')
ON CONFLICT (subject, policy) DO UPDATE
SET minute = excluded.minute, hour = excluded.hour, day = excluded.day, expires_at = excluded.expires_at,
    reason = excluded.reason, set_by = excluded.set_by, revision = revision + 1, removed_at = NULL,
    created_at = iif(removed_at IS NULL, created_at, excluded.created_at), updated_at = excluded.updated_at
RETURNING subject, policy, minute, hour, day, expires_at, reason, set_by, created_at, updated_at, revision
