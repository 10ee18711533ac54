-- Records the change that the statement before it made, and nothing when it changed nothing. Parameters as in audit_insert.
INSERT INTO audit_records (id, at, kind, outcome, actor, subject_type, subject_id, user_id, source, request_id, personal)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11
WHERE changes() > 0
