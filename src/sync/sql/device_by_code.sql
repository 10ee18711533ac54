-- The pending device that shows a code now. ?1 user, ?2 MAC of the code, ?3 now
SELECT id, name, platform, public_key, fingerprint, state, session_id, pairing_ends_at, confirmed_by, confirmed_at,
       created_at, updated_at, version
FROM devices
WHERE user_id = ?1 AND pairing = ?2 AND state = 'pending' AND pairing_ends_at > ?3
