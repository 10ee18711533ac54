-- An account without a password; the batch fails when the address has one.
-- ?1 id, ?2 address, ?3 address in lower case, ?4 hash that no password has, ?5 verified, ?6 now
INSERT INTO users (id, email, email_key, password_hash, password_set, email_verified_at, created_at, updated_at)
VALUES (?1, ?2, ?3, ?4, 0, ?5, ?6, ?6)
