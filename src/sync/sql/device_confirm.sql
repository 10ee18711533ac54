-- Lets a pending device in, if it still shows that code and the device that confirms it is still active.
-- ?1 user, ?2 device, ?3 the one that confirms, ?4 MAC of the code, ?5 now
UPDATE devices
SET state = 'active', pairing = NULL, pairing_ends_at = NULL, confirmed_by = ?3, confirmed_at = ?5, updated_at = ?5,
    version = version + 1
WHERE id = ?2 AND user_id = ?1 AND state = 'pending' AND pairing = ?4 AND pairing_ends_at > ?5
  AND EXISTS (SELECT 1 FROM devices AS old WHERE old.id = ?3 AND old.user_id = ?1 AND old.state = 'active')
