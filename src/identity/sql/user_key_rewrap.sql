-- ?1 [[owner, wrapped before, wrapped now]]
UPDATE user_keys SET wrapped = given.value ->> 2
FROM json_each(?1) AS given
WHERE user_keys.user_id = given.value ->> 0 AND user_keys.wrapped = given.value ->> 1
