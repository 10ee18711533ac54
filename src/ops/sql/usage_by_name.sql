-- What each operation did. ?1 from this day, ?2 to this day
SELECT name, NULL AS people, sum(calls) AS calls, sum(errors) AS errors, round(sum(micros) / 1e3) AS time_ms,
  sum(rows_read) AS rows_read, sum(rows_written) AS rows_written, sum(d1) AS d1, sum(kv) AS kv, sum(object) AS object,
  sum(upstream) AS upstream
FROM usage_days WHERE day BETWEEN ?1 AND ?2 AND name <> '*' GROUP BY name
