-- ?1 user, ?2 now
SELECT sessions.id, client_id, oauth_clients.name AS client_name, sessions.scopes, sessions.created_at, last_seen_at,
       sessions.expires_at
FROM sessions JOIN oauth_clients ON oauth_clients.id = sessions.client_id
WHERE user_id = ?1 AND revoked_at IS NULL AND expires_at > ?2
ORDER BY sessions.created_at DESC, sessions.id DESC LIMIT 100
