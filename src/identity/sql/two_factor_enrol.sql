-- A secret that is not in use yet; a later one replaces it, but never one that is in use.
-- ?1 user, ?2 sealed secret, ?3 now
INSERT INTO two_factor (user_id, secret, created_at, updated_at) VALUES (?1, ?2, ?3, ?3)
ON CONFLICT (user_id) DO UPDATE SET secret = excluded.secret, updated_at = ?3, version = version + 1
WHERE enabled_at IS NULL
