-- If the statement before changed a row. ?1 id, ?2 state, ?3 ended at
UPDATE status_incidents SET state = ?2, ended_at = max(began_at, CAST(?3 AS INTEGER))
WHERE id = ?1 AND changes() > 0
