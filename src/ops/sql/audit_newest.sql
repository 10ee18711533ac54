-- The newest stretch of the chain. ?1 how many
SELECT seq, id, at, kind, outcome, actor, subject_type, subject_id, user_id, source, request_id, commitment, hash
FROM audit_records WHERE seq > (SELECT seq FROM audit_head WHERE id = 1) - ?1 ORDER BY seq
