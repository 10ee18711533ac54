-- ?1 id, ?2 address, ?3 address in lower case, ?4 password hash, ?5 now
INSERT INTO users (id, email, email_key, password_hash, created_at, updated_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?5)
ON CONFLICT (email_key) DO NOTHING
