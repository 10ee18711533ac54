-- ?1 session
SELECT sessions.id, sessions.user_id, client_id, scopes, generation, rotated_at, authenticated_at, methods, expires_at,
       sessions.created_at, revoked_at IS NOT NULL AS revoked, users.tier, users.role, users.epoch, users.status
FROM sessions JOIN users ON users.id = sessions.user_id
WHERE sessions.id = ?1
