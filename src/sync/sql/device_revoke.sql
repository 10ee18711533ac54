-- ?1 user, ?2 device, ?3 now
UPDATE devices
SET state = 'revoked', pairing = NULL, pairing_ends_at = NULL, updated_at = ?3, version = version + 1
WHERE id = ?2 AND user_id = ?1 AND state <> 'revoked'
