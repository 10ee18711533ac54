-- ?1 place, ?2 furthest place, ?3 moment
SELECT seq FROM audit_checkpoints WHERE seq > ?1 AND seq <= ?2 AND at < ?3 ORDER BY seq DESC LIMIT 1
