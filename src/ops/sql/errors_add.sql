-- If the statement before changed a row. What was resolved and comes again is open. ?1 release,
-- ?2 [[fingerprint, code, action, severity, cause, request, trace, count, first, last]]
INSERT INTO errors (fingerprint, code, action, severity, cause, request_id, trace_id, count, first_seen, last_seen, state,
  release)
SELECT given.value ->> 0, given.value ->> 1, given.value ->> 2, given.value ->> 3, given.value ->> 4, given.value ->> 5,
  given.value ->> 6, given.value ->> 7, given.value ->> 8, given.value ->> 9, 'open', ?1
FROM json_each(?2) AS given WHERE changes() > 0
ON CONFLICT (fingerprint) DO UPDATE SET severity = excluded.severity, request_id = excluded.request_id,
  trace_id = excluded.trace_id, count = count + excluded.count, first_seen = min(first_seen, excluded.first_seen),
  last_seen = max(last_seen, excluded.last_seen), release = excluded.release,
  regressed = iif(state = 'resolved' AND excluded.last_seen > changed_at, 1, regressed),
  version = version + (state = 'resolved' AND excluded.last_seen > changed_at),
  state = iif(state = 'resolved' AND excluded.last_seen > changed_at, 'open', state)
