-- Keeps the signed head, if it is the head. If some record did not get its place, the signature is NULL: the whole
-- batch fails. ?1 place, ?2 hash, ?3 now, ?4 key, ?5 signature, ?6 place before, ?7 how many records
INSERT INTO audit_checkpoints (seq, hash, at, key_id, signature)
SELECT ?1, ?2, ?3, ?4,
       CASE WHEN (SELECT count(*) FROM audit_records WHERE seq > ?6 AND seq <= ?1) = ?7 THEN ?5 END
FROM audit_head WHERE id = 1 AND hash = ?2
