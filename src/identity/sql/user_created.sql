-- The first event of an account; none when the address was known. ?1 event, ?2 user, ?3 request, ?4 now
INSERT INTO events (id, user_id, seq, type, subject_type, subject_id, actor, audience, after, request_id, created_at)
SELECT ?1, id, 1, 'user.created', 'user', id, 'user:' || id, 'user:' || id,
       json_object('id', id, 'email', email, 'tier', tier, 'created_at', created_at, 'updated_at', updated_at, 'version', version),
       ?3, ?4
FROM users WHERE id = ?2
