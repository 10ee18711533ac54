-- Records a refusal, at most ten of a kind and source within a minute: refusals cannot fill the log.
-- Parameters as in audit_insert.
INSERT INTO audit_records (id, at, kind, outcome, actor, subject_type, subject_id, user_id, source, request_id, personal)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11
WHERE (SELECT count(*) FROM audit_records WHERE outcome = 'refused' AND source = ?9 AND kind = ?3 AND at > ?2 - 60000) < 10
