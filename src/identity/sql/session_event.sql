-- Tells of the change that was just made to a session, and nothing when none was made.
-- ?1 event, ?2 session, ?3 type, ?4 request, ?5 now
INSERT INTO events (id, user_id, seq, type, subject_type, subject_id, actor, audience, after, request_id, created_at)
SELECT ?1, user_id, (SELECT coalesce(max(seq), 0) + 1 FROM events WHERE events.user_id = sessions.user_id),
       ?3, 'session', id, 'user:' || user_id, 'user:' || user_id,
       json_object('id', id, 'generation', generation, 'expires_at', expires_at, 'revoked_at', revoked_at, 'version', version),
       ?4, ?5
FROM sessions WHERE id = ?2 AND changes() = 1
