-- Moves the end of the chain, if it is where the sealer found it. ?1 place, ?2 hash found, ?3 new place, ?4 new hash
INSERT INTO audit_head (id, seq, hash) VALUES (1, ?3, ?4)
ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, hash = excluded.hash
WHERE audit_head.seq = ?1 AND audit_head.hash = ?2
