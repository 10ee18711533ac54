SELECT type, count(*) AS count FROM events INDEXED BY events_by_time
WHERE user_id = ?1 AND class = 'system' AND created_at >= ?2 AND created_at < ?3
  AND (?4 IS NULL OR type = ?4 OR substr(type, 1, length(?4) + 1) = ?4 || '.')
GROUP BY type ORDER BY count(*) DESC, type
LIMIT 200
