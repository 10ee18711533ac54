-- What was done each day. ?1 from this day, ?2 to this day
SELECT date(day * 86400, 'unixepoch') AS name, people, calls, errors, round(micros / 1e3) AS time_ms, rows_read,
  rows_written, d1, kv, object, upstream
FROM usage_days WHERE day BETWEEN ?1 AND ?2 AND name = '*' ORDER BY day
