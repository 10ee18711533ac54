-- ?1 before this place, ?2 how many
SELECT seq, hash, at, key_id, signature FROM audit_checkpoints WHERE seq < ?1 ORDER BY seq DESC LIMIT ?2
