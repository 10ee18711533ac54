-- If the statement before changed a row. ?1 id, ?2 component, ?3 state, ?4 cause, ?5 began at
INSERT INTO status_incidents (id, component, state, cause, began_at)
SELECT ?1, ?2, ?3, ?4, ?5 WHERE changes() > 0
