-- Tells of the rotation just before, and nothing when there was none. ?1 event, ?2 session, ?3 request, ?4 now
INSERT INTO events (id, user_id, seq, type, subject_type, subject_id, actor, audience, after, request_id, created_at)
SELECT ?1, user_id, (SELECT coalesce(max(seq), 0) + 1 FROM events WHERE events.user_id = sessions.user_id),
       'session.refreshed', 'session', id, 'user:' || user_id, 'user:' || user_id,
       json_object('generation', generation, 'expires_at', expires_at, 'version', version), ?3, ?4
FROM sessions WHERE id = ?2 AND changes() > 0
