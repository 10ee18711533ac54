-- ?1 before this hour
DELETE FROM error_hours WHERE hour < ?1
