-- Groups in order, the largest first. ?1 state or NULL, ?2 severity or NULL, ?3 sort, ?4 before this value of the sort's
-- column and ?5 fingerprint, ?6 how many, ?7 this hour
SELECT fingerprint, code, action, severity, cause, request_id, trace_id, count, first_seen, last_seen, state, regressed,
  release, note, version,
  (SELECT coalesce(sum(count), 0) FROM error_hours AS h WHERE h.fingerprint = errors.fingerprint AND hour > ?7 - 24) AS day,
  (SELECT coalesce(sum(count), 0) FROM error_hours AS h
   WHERE h.fingerprint = errors.fingerprint AND hour > ?7 - 48 AND hour <= ?7 - 24) AS day_before
FROM errors
WHERE (?1 IS NULL OR state = ?1) AND (?2 IS NULL OR severity = ?2)
  AND (CASE ?3 WHEN 'count' THEN count WHEN 'first_seen' THEN first_seen ELSE last_seen END, fingerprint) < (?4, ?5)
ORDER BY CASE ?3 WHEN 'count' THEN count WHEN 'first_seen' THEN first_seen ELSE last_seen END DESC, fingerprint DESC
LIMIT ?6
