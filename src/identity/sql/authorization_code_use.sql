-- A second use sets a NULL, which fails its batch. ?1 hash, ?2 session
UPDATE authorization_codes SET session_id = CASE WHEN session_id = '' THEN ?2 END WHERE hash = ?1
