-- ?1 zone, ?2 after that user, ?3 who were there since, ?4 how many
SELECT p.user_id, p.birth_date, p.time_zone
FROM profiles AS p INDEXED BY profiles_by_time_zone CROSS JOIN users AS u ON u.id = p.user_id
WHERE p.time_zone = ?1 AND p.birth_date IS NOT NULL AND p.user_id > ?2 AND u.last_activity_at >= ?3
ORDER BY p.user_id LIMIT ?4
