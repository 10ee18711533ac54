-- If the statement before changed a row. ?1 id, ?2 kind, ?3 sealed, ?4 next attempt, ?5 delivered, ?6 now, ?7 user
INSERT INTO mails (id, kind, sealed, next_attempt_at, delivered_at, created_at, updated_at, user_id)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7 WHERE changes() > 0
