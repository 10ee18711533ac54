-- ?1 user
SELECT secret, enabled_at, last_step, backup_codes, locked_until FROM two_factor WHERE user_id = ?1
