-- ?1 owners as a JSON array
SELECT user_id, wrapped FROM user_keys WHERE user_id IN (SELECT given.value FROM json_each(?1) AS given)
