-- Records the change that an event of this batch tells of, with what stood before and after, and nothing when there is
-- no such event. Parameters as in audit_insert, and ?12 event.
INSERT INTO audit_records (id, at, kind, outcome, actor, subject_type, subject_id, user_id, source, request_id, personal)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, json_set(?11, '$.before', json(before), '$.after', json(after))
FROM events WHERE id = ?12
