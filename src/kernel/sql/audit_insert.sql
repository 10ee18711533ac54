-- ?1 id, ?2 now, ?3 kind, ?4 outcome, ?5 actor, ?6 subject type, ?7 subject, ?8 user, ?9 source, ?10 request, ?11 personal
INSERT INTO audit_records (id, at, kind, outcome, actor, subject_type, subject_id, user_id, source, request_id, personal)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
