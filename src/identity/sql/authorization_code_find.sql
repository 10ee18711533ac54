-- ?1 hash
SELECT user_id, client_id, redirect, challenge, scopes, methods, authorization_codes.epoch AS consent_epoch, session_id,
       expires_at, users.epoch, users.tier, users.role, users.status
FROM authorization_codes JOIN users ON users.id = authorization_codes.user_id
WHERE hash = ?1
