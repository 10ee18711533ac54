-- ?1 provider, ?2 subject, ?3 now
UPDATE identities SET last_used_at = ?3 WHERE provider = ?1 AND subject = ?2
