-- Windows in order, without their detail. ?1 step, ?2 from, ?3 before
SELECT at, steps, requests, errors, people, times FROM metric_windows
WHERE step = ?1 AND at >= ?2 AND at < ?3 ORDER BY at
