-- Uses a code up. If it was used meanwhile, or the secret is another one now, a NULL fails the batch.
-- ?1 user, ?2 step or NULL, ?3 MAC of a backup code or NULL, ?4 sealed secret as it was read, ?5 as it is kept, ?6 now
UPDATE two_factor
SET secret = CASE WHEN secret = ?4 THEN ?5 END,
    last_step = CASE WHEN ?2 IS NULL THEN last_step WHEN last_step < ?2 THEN ?2 END,
    backup_codes = CASE WHEN ?3 IS NULL THEN backup_codes
                        WHEN instr(backup_codes, ?3 || ' ') > 0 THEN replace(backup_codes, ?3 || ' ', '') END,
    failures = 0, locked_until = 0, updated_at = ?6, version = version + 1
WHERE user_id = ?1 AND enabled_at IS NOT NULL
