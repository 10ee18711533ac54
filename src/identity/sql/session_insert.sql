-- ?1 id, ?2 user, ?3 client, ?4 scopes, ?5 methods, ?6 device, ?7 place, ?8 expiry, ?9 now
INSERT INTO sessions (id, user_id, client_id, scopes, rotated_at, authenticated_at, methods, device, place, last_seen_at,
                      expires_at, created_at, updated_at)
VALUES (?1, ?2, ?3, ?4, ?9, ?9, ?5, ?6, ?7, ?9, ?8, ?9, ?9)
