-- ?1 fingerprint, ?2 this hour
SELECT fingerprint, code, action, severity, cause, request_id, trace_id, count, first_seen, last_seen, state, regressed,
  release, note, version,
  (SELECT coalesce(sum(count), 0) FROM error_hours AS h WHERE h.fingerprint = errors.fingerprint AND hour > ?2 - 24) AS day,
  (SELECT coalesce(sum(count), 0) FROM error_hours AS h
   WHERE h.fingerprint = errors.fingerprint AND hour > ?2 - 48 AND hour <= ?2 - 24) AS day_before
FROM errors WHERE fingerprint = ?1
