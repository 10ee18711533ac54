-- Counts a window that could not be gathered, once. ?1 its end
INSERT INTO metric_sums (name, at, sums, missed, tried_at) VALUES ('sums', 0, '', 1, ?1)
ON CONFLICT (name) DO UPDATE SET missed = missed + 1, tried_at = excluded.tried_at
WHERE metric_sums.tried_at < excluded.tried_at
