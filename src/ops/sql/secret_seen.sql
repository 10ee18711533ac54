-- A secret that is new, or has another value. ?1 name, ?2 fingerprint, ?3 now
INSERT INTO secrets (name, fingerprint, first_seen, updated_at) VALUES (?1, ?2, ?3, ?3)
ON CONFLICT (name) DO UPDATE SET fingerprint = ?2, first_seen = ?3, stage = 0, updated_at = ?3
