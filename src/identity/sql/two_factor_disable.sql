-- ?1 user
DELETE FROM two_factor WHERE user_id = ?1 AND enabled_at IS NOT NULL
