-- Samples, unless there are any of that time or a later one. ?1 at, ?2 [[component, state, milliseconds]]
INSERT INTO status_samples (at, component, state, latency_ms)
SELECT CAST(?1 AS INTEGER), given.value ->> 0, given.value ->> 1, given.value ->> 2 FROM json_each(?2) AS given
WHERE NOT EXISTS (SELECT 1 FROM status_samples WHERE at >= ?1)
