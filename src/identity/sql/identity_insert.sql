-- Fails the batch when the identity is linked (UNIQUE) or the account has ten (NOT NULL).
-- ?1 id, ?2 user, ?3 provider, ?4 subject, ?5 address, ?6 now
INSERT INTO identities (id, user_id, provider, subject, email, last_used_at, created_at, updated_at)
VALUES (?1, CASE WHEN (SELECT count(*) FROM identities WHERE user_id = ?2) < 10 THEN ?2 END, ?3, ?4, ?5, ?6, ?6, ?6)
