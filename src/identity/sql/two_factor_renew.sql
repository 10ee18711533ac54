-- ?1 user, ?2 sealed secret that the codes were made with, ?3 backup codes, ?4 now
UPDATE two_factor SET backup_codes = ?3, updated_at = ?4, version = version + 1
WHERE user_id = ?1 AND secret = ?2 AND enabled_at IS NOT NULL
