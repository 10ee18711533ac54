-- ?1 before this day
DELETE FROM status_days WHERE day < ?1
