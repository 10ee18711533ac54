-- ?1 users
SELECT p.user_id, p.birth_date, p.time_zone
FROM json_each(?1) AS given CROSS JOIN profiles AS p ON p.user_id = given.value
