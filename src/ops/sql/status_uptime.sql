-- Minutes observed and down, of the samples since ?1 and of the last 7, 30 and 90 days. ?2 the day
SELECT component, 1 AS days, 5 * count(*) AS observed, 5 * sum(state = 'down') AS down
FROM status_samples WHERE at >= ?1 GROUP BY component
UNION ALL
SELECT component, given.value AS days, sum(observed) AS observed, sum(down) AS down
FROM json_each('[7,30,90]') AS given JOIN status_days ON day > ?2 - given.value GROUP BY component, given.value
