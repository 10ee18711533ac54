-- ?1 hash, ?2 user, ?3 epoch of the sign-in, ?4 methods, ?5 client, ?6 redirect, ?7 challenge, ?8 scopes, ?9 expiry, ?10 now
INSERT INTO authorization_codes (hash, user_id, client_id, redirect, challenge, scopes, methods, epoch, expires_at, created_at)
SELECT ?1, id, ?5, ?6, ?7, ?8, ?4, epoch, ?9, ?10 FROM users WHERE id = ?2 AND epoch = ?3 AND status = 'active'
