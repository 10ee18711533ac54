-- A window, if the statement before changed a row. ?1 step, ?2 at, ?3 steps, ?4 requests, ?5 errors, ?6 people, ?7 times,
-- ?8 detail
INSERT INTO metric_windows (step, at, steps, requests, errors, people, times, detail)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 WHERE changes() > 0
ON CONFLICT (step, at) DO UPDATE SET steps = excluded.steps, requests = excluded.requests, errors = excluded.errors,
  people = excluded.people, times = excluded.times, detail = excluded.detail
