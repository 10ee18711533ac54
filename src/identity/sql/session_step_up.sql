-- Somebody has proved anew who they are. ?1 session, ?2 user, ?3 whether by a second factor, ?4 now
UPDATE sessions
SET authenticated_at = ?4, last_seen_at = ?4, updated_at = ?4, version = version + 1,
    methods = CASE WHEN ?3 AND instr(methods, 'otp') = 0 THEN methods || ' otp' ELSE methods END
WHERE id = ?1 AND user_id = ?2 AND revoked_at IS NULL AND expires_at > ?4
