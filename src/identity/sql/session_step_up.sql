-- Somebody has proved anew who they are. ?1 session, ?2 user, ?3 method, ?4 now
UPDATE sessions
SET authenticated_at = ?4, last_seen_at = ?4, updated_at = ?4, version = version + 1,
    methods = CASE WHEN ' ' || methods || ' ' LIKE '% ' || ?3 || ' %' THEN methods ELSE methods || ' ' || ?3 END
WHERE id = ?1 AND user_id = ?2 AND revoked_at IS NULL AND expires_at > ?4
