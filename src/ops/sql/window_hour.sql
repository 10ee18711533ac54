-- The hour in which the next window begins, as far as it has windows.
SELECT steps, people, times, detail FROM metric_windows
WHERE step = 3600000 AND at = (SELECT at - at % 3600000 FROM metric_sums WHERE name = 'sums')
