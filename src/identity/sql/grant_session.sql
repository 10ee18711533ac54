-- ?1 session
SELECT user_id, client_id, scopes FROM sessions WHERE id = ?1
