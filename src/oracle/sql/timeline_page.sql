SELECT e.id, e.created_at AS at, e.seq, e.type, e.subject_type, e.subject_id, r.title
FROM events AS e INDEXED BY events_by_time
LEFT JOIN readings AS r
  ON r.id = e.subject_id AND r.user_id = e.user_id AND r.deleted_at IS NULL AND e.subject_type = 'reading'
WHERE e.user_id = ?1 AND e.class = 'system' AND e.created_at >= ?2 AND e.created_at < ?3
  AND (?4 IS NULL OR e.type = ?4 OR substr(e.type, 1, length(?4) + 1) = ?4 || '.')
  AND (e.created_at, e.seq) < (?5, ?6)
ORDER BY e.created_at DESC, e.seq DESC
LIMIT ?7
