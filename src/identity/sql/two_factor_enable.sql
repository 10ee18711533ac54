-- ?1 user, ?2 sealed secret that the code was of, ?3 step of the code, ?4 backup codes, ?5 now
UPDATE two_factor
SET enabled_at = ?5, last_step = ?3, backup_codes = ?4, failures = 0, locked_until = 0, updated_at = ?5, version = version + 1
WHERE user_id = ?1 AND enabled_at IS NULL AND secret = ?2
