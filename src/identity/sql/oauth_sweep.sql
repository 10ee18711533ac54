-- ?1 now
DELETE FROM oauth_spent WHERE id IN (SELECT id FROM oauth_spent WHERE expires_at < ?1 ORDER BY expires_at LIMIT 100)
