-- ?1 user
SELECT id, email, tier, created_at, updated_at, version FROM users WHERE id = ?1
