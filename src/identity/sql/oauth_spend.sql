-- Fails the batch when it was used before. ?1 id, ?2 expiry
INSERT INTO oauth_spent (id, expires_at) VALUES (?1, ?2)
