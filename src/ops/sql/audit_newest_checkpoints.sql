-- Checkpoints on the newest stretch, and the one behind which the chain begins. ?1 how many places
SELECT seq, hash, at, key_id, signature FROM audit_checkpoints
WHERE seq > (SELECT seq FROM audit_head WHERE id = 1) - ?1
UNION
SELECT seq, hash, at, key_id, signature FROM audit_checkpoints WHERE seq = (SELECT cut FROM audit_head WHERE id = 1)
ORDER BY seq
