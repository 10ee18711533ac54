-- ?1 id, ?2 user, ?3 refresh hash, ?4 expiry, ?5 now
INSERT INTO sessions (id, user_id, refresh_hash, expires_at, created_at, updated_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?5)
