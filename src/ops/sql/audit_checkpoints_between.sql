-- From this place, or from where the chain begins if that is later. ?1 place, ?2 so many places on
SELECT seq, hash, at, key_id, signature FROM audit_checkpoints
WHERE seq >= max(?1, (SELECT coalesce(max(cut), 0) FROM audit_head WHERE id = 1))
  AND seq <= max(?1, (SELECT coalesce(max(cut), 0) FROM audit_head WHERE id = 1)) + ?2
ORDER BY seq
