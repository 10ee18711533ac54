-- ?1 from this place, ?2 so many places on
SELECT seq, hash, at, key_id, signature FROM audit_checkpoints WHERE seq >= ?1 AND seq <= ?1 + ?2 ORDER BY seq
