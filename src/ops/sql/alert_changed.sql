-- If the statement before changed a row. ?1 id, ?2 rule, ?3 state, ?4 value, ?5 at, ?6 webhook, ?7 next attempt
INSERT INTO alert_changes (id, rule, state, value, at, webhook, next_attempt_at)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE changes() > 0
