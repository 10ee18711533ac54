-- What a handshake is judged by; one row, whether there is such an account or not. ?1 user, ?2 device
SELECT (SELECT public_key FROM devices WHERE id = ?2 AND user_id = ?1 AND state = 'active') AS key,
       EXISTS (SELECT 1 FROM users WHERE id = ?1 AND status = 'active') AS served,
       (SELECT coalesce(max(seq), 0) FROM events WHERE user_id = ?1) AS head
