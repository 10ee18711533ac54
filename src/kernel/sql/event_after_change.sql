-- Tells of the change that the statement before it made, and nothing when it changed nothing.
-- ?1 event, ?2 user, ?3 type, ?4 subject type, ?5 subject, ?6 actor, ?7 audience, ?8 before, ?9 after, ?10 request, ?11 now
INSERT INTO events (id, user_id, seq, type, subject_type, subject_id, actor, audience, before, after, request_id, created_at)
SELECT ?1, ?2, (SELECT coalesce(max(seq), 0) + 1 FROM events WHERE user_id = ?2), ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11
WHERE changes() > 0
