-- The sums of the last gathering.
SELECT at, sums, missed, tried_at FROM metric_sums WHERE name = 'sums'
