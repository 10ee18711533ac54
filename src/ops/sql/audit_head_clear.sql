-- ?1 place before, ?2 place now
UPDATE audit_head SET cleared = ?2 WHERE id = 1 AND cleared = ?1
