-- A secret whose fingerprint is made anew. ?1 name, ?2 fingerprint, ?3 now
UPDATE secrets SET fingerprint = ?2, updated_at = ?3 WHERE name = ?1
