-- ?1 place
UPDATE audit_head SET cut = ?1 WHERE id = 1 AND cut < ?1
