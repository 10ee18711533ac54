-- ?1 from this hour, ?2 before this one
SELECT engine, measure, sum(count) AS count FROM engine_counts WHERE hour >= ?1 AND hour < ?2 GROUP BY engine, measure
