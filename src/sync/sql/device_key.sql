-- The key by which an active device is known; one that is pending, revoked or deleted has none. ?1 user, ?2 device
SELECT public_key AS value FROM devices WHERE id = ?2 AND user_id = ?1 AND state = 'active'
