-- What engines were asked, by day or by engine. ?1 from this hour since 1970, ?2 before this one, ?3 1 by day
SELECT CASE WHEN ?3 THEN date(hour / 24 * 86400, 'unixepoch') ELSE engine END AS name, NULL AS people,
  sum(count) AS calls, sum(CASE measure WHEN 'errors' THEN count ELSE 0 END) AS errors, NULL AS time_ms, NULL AS rows_read,
  NULL AS rows_written, NULL AS d1, NULL AS kv, NULL AS object, NULL AS upstream
FROM engine_counts
WHERE hour >= ?1 AND hour < ?2 AND measure IN ('embedded', 'drawn', 'isolate', 'cache', 'coalesced', 'remote',
  'drawn_remote', 'stale', 'refused', 'errors')
GROUP BY 1
