-- ?1 before this hour
DELETE FROM engine_counts WHERE hour < ?1
