-- A new device: active where none of the account is yet and the session may make the first one, else pending with a
-- code. The same key again while it is pending begins anew. Nothing where there are too many or the key is in use.
-- ?1 id, ?2 user, ?3 session, ?4 name, ?5 platform, ?6 key, ?7 fingerprint, ?8 MAC of the code, ?9 its end, ?10 now,
-- ?11 whether the session may make the first one, ?12 most devices
INSERT INTO devices (id, user_id, session_id, name, platform, public_key, fingerprint, state, pairing, pairing_ends_at,
                     confirmed_at, created_at, updated_at)
SELECT ?1, id, ?3, ?4, ?5, ?6, ?7,
       iif(others, 'pending', 'active'), iif(others, ?8, NULL), iif(others, ?9, NULL), iif(others, NULL, ?10), ?10, ?10
FROM (SELECT id, EXISTS (SELECT 1 FROM devices WHERE user_id = ?2 AND state = 'active') AS others
      FROM users WHERE id = ?2 AND status = 'active')
WHERE (others OR ?11)
  AND (SELECT count(*) FROM devices
       WHERE user_id = ?2 AND public_key <> ?6
         AND (state = 'active' OR (state = 'pending' AND pairing_ends_at > ?10))) < ?12
ON CONFLICT (user_id, public_key) DO UPDATE
SET id = excluded.id, session_id = excluded.session_id, name = excluded.name, platform = excluded.platform,
    state = excluded.state, pairing = excluded.pairing, pairing_ends_at = excluded.pairing_ends_at,
    confirmed_at = excluded.confirmed_at, created_at = excluded.created_at, updated_at = excluded.updated_at, version = 1
WHERE devices.state = 'pending'
