-- ?1 before this day
DELETE FROM usage_days WHERE day < ?1
