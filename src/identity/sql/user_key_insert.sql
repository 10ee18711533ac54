-- Keys for owners without one, and for no account that is deleted or gone. ?1 [{user_id, wrapped}], ?2 now
INSERT INTO user_keys (user_id, wrapped, created_at)
SELECT given.value ->> 'user_id', given.value ->> 'wrapped', ?2
FROM json_each(?1) AS given
WHERE substr(given.value ->> 'user_id', 1, 6) = 'house:'
   OR (SELECT status FROM users WHERE users.id = given.value ->> 'user_id') <> 'deleted'
ON CONFLICT (user_id) DO NOTHING
