SELECT seq, hash, cleared, cut FROM audit_head WHERE id = 1
